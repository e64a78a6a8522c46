/** Wakes the event loop near a time. */
export interface Timer {
  /** Calls back at about `dueMs` of `performance.now()`, early rather than late. One time at once. */
  set(dueMs: number): void
  clear(): void
  /** Gives back what it holds. */
  close(): void
}

/** Beyond 2^31 − 1 ms Node's timers fire at once. */
const MOST_TIMER_MS = 2_000_000_000

/** Node's timers: whole milliseconds, fired up to one early and one late. */
export class NodeTimer implements Timer {
  readonly #wake: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(wake: () => void) {
    this.#wake = wake
  }

  set(dueMs: number): void {
    clearTimeout(this.#timer)
    const ahead = Math.floor(dueMs - performance.now()) - 1
    this.#timer = setTimeout(this.#wake, Math.min(Math.max(ahead, 0), MOST_TIMER_MS))
  }

  clear(): void {
    clearTimeout(this.#timer)
  }

  close(): void {
    this.clear()
  }
}
