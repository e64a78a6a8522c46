import type { Clock } from '../base/clock.ts'

const lookEveryMs = 100

/** Turns the rate of a workload up and down while it runs: 2 is twice what it says, 0 stands still. */
export class Pace {
  #factor = 1
  #dueMs = 0
  #intendedMs: number | undefined

  get factor(): number {
    return this.#factor
  }

  set(factor: number): void {
    this.#factor = factor
  }

  /**
   * When an operation that is due so long after the start of traffic is to start, on the scale of the
   * clock. Waits while the pace is 0, or until the signal aborts.
   */
  async intended(dueMs: number, clock: Clock, signal: AbortSignal): Promise<number> {
    let fromMs = this.#intendedMs ?? clock.nowMs()
    while (this.#factor === 0 && !signal.aborted) {
      await clock.sleep(lookEveryMs, signal).catch(() => {})
      fromMs = clock.nowMs()
    }
    const stepMs = (dueMs - this.#dueMs) / (this.#factor || 1)
    this.#dueMs = dueMs
    this.#intendedMs = fromMs + stepMs
    return this.#intendedMs
  }
}
