const MINUS = 45
const CR = 13
const LF = 10

/** Reads `<integer>\r\n` across any chunk borders. */
export class NumberLine {
  value = 0
  done = false
  readonly #bad: () => void
  #negative = false
  #digits = 0
  #sawReturn = false

  /** @param bad Called at a byte that no number has; nothing may be read then. */
  constructor(bad: () => void) {
    this.#bad = bad
  }

  reset(): void {
    this.value = 0
    this.done = false
    this.#negative = false
    this.#digits = 0
    this.#sawReturn = false
  }

  /** Reads from `at`; returns where it stopped: behind the line, at a bad byte, or at the end. */
  read(chunk: Buffer, at: number): number {
    for (; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (this.#sawReturn) {
        if (byte !== LF) return this.#fail(at)
        if (this.#negative) this.value = -this.value
        this.done = true
        return at + 1
      }
      const digit = byte - 48
      if (digit >= 0 && digit <= 9 && this.#digits < 15) {
        this.value = this.value * 10 + digit
        this.#digits++
      } else if (byte === CR && this.#digits > 0) this.#sawReturn = true
      else if (byte === MINUS && this.#digits === 0 && !this.#negative) this.#negative = true
      else return this.#fail(at)
    }
    return at
  }

  #fail(at: number): number {
    this.#bad()
    return at
  }
}
