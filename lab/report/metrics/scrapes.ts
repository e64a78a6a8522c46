import type { Clock } from '../../base/clock.ts'

/** Who has scraped once may do so every so often. */
const longestIntervalMs = 15_000
const lookEveryMs = 50

/** When a page was scraped, so that its last samples can be kept until they were seen. */
export class Scrapes {
  readonly #clock: Clock
  #count = 0
  #lastMs = 0
  #intervalMs = longestIntervalMs

  constructor(clock: Clock) {
    this.#clock = clock
  }

  took(): void {
    const nowMs = this.#clock.nowMs()
    if (this.#count > 0) this.#intervalMs = Math.min(nowMs - this.#lastMs, longestIntervalMs)
    this.#count++
    this.#lastMs = nowMs
  }

  /**
   * Until there were so many more. Ends early when one is late by a whole interval and a second, when
   * there never was one, or when aborted; never rejects.
   */
  async more(scrapes: number, signal?: AbortSignal): Promise<void> {
    if (this.#count === 0) return
    const wanted = this.#count + scrapes
    const isLate = () => this.#clock.nowMs() - this.#lastMs > 2 * this.#intervalMs + 1_000
    while (this.#count < wanted && !isLate() && !signal?.aborted) {
      await this.#clock.sleep(lookEveryMs, signal).catch(() => {})
    }
  }
}
