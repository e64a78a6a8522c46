import type { Entry } from './journal.ts'

/** The latest entries: at least those of the last so many ms, and never more than twice as many. */
export class RecentEntries {
  readonly #keepMs: number
  #entries: Entry[] = []
  #first = 0
  /** When the youngest was recorded that is held no longer. */
  #forgottenMs = Number.NEGATIVE_INFINITY

  constructor(keepMs: number) {
    this.#keepMs = keepMs
  }

  push(entry: Entry): void {
    this.#entries.push(entry)
    const fromMs = entry.atMs - this.#keepMs
    for (;;) {
      const oldest = this.#entries[this.#first]
      if (!oldest || oldest.atMs >= fromMs) break
      this.#forgottenMs = oldest.atMs
      this.#first++
    }
    if (this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
  }

  all(): readonly Entry[] {
    return this.#entries.slice(this.#first)
  }

  /** All entries from a moment on; undefined where some are held no longer. */
  since(atMs: number): readonly Entry[] | undefined {
    if (atMs <= this.#forgottenMs) return undefined
    let first = this.#entries.length
    while (first > this.#first && (this.#entries[first - 1]?.atMs ?? 0) >= atMs) first--
    return this.#entries.slice(first)
  }
}
