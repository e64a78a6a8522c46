import { accountedSize } from '../base/accounted-size.ts'
import type { Port } from '../contracts/byte-stage.ts'
import type { TimerEntry } from '../time/timer-queue.ts'

interface Held {
  readonly arrivedMs: number
  dueMs: number
  /** Bytes to pass on, or what shall happen at this place of the stream (a FIN, a cut). */
  readonly what: Buffer | (() => void)
}

type Outlet = Pick<Port, 'pass' | 'hold' | 'release' | 'timers'>

/** Keeps chunks, and what comes between them, until due. First in, first out, whatever is due. */
export class DelayLine {
  readonly #port: Outlet
  #held: Held[] = []
  #timer: TimerEntry | undefined

  constructor(port: Outlet) {
    this.#port = port
  }

  get empty(): boolean {
    return this.#held.length === 0
  }

  add(dueMs: number, what: Buffer | (() => void)): void {
    if (dueMs > 0) this.#port.timers.precise()
    const last = this.#held.at(-1)
    const due = last ? Math.max(last.dueMs, dueMs) : dueMs
    this.#held.push({ arrivedMs: performance.now(), dueMs: due, what })
    if (typeof what !== 'function') this.#port.hold(accountedSize(what))
    if (!last) this.#arm()
  }

  /** Asks anew when each held chunk is due. */
  retime(dueMs: (arrivedMs: number) => number): void {
    let least = 0
    for (const held of this.#held) {
      least = Math.max(least, dueMs(held.arrivedMs))
      held.dueMs = least
    }
    this.#arm()
  }

  /** Passes everything on now. */
  flush(): void {
    this.#port.timers.cancel(this.#timer)
    const held = this.#held
    this.#held = []
    for (const each of held) this.#pass(each)
  }

  clear(): void {
    this.#port.timers.cancel(this.#timer)
    this.#held = []
  }

  #arm(): void {
    this.#port.timers.cancel(this.#timer)
    const head = this.#held[0]
    this.#timer = head && this.#port.timers.at(head.dueMs, this.#turn)
  }

  readonly #turn = (): void => {
    const now = performance.now()
    let passed = 0
    for (const each of this.#held) {
      if (each.dueMs > now) break
      passed++
    }
    for (const each of this.#held.splice(0, passed)) this.#pass(each)
    this.#arm()
  }

  #pass(held: Held): void {
    const { what } = held
    if (typeof what === 'function') what()
    else {
      this.#port.release(accountedSize(what))
      this.#port.pass(what)
    }
  }
}
