import { Heap } from './heap.ts'

/** A call that is due. Cancelling twice, or after it ran, does nothing. */
export interface Deadline {
  readonly dueMs: number
  readonly run: () => void
  cancelled: boolean
}

/**
 * Calls at absolute times of `performance.now()`: never early, in order of their time, and in the
 * order they were asked for when that is the same.
 *
 * Node's timers count whole milliseconds and fire up to one early, so they only bring us near: the
 * last stretch is walked with `setImmediate`, which keeps sockets served meanwhile.
 */
export class Deadlines {
  readonly #heap = new Heap<Deadline>((a, b) => a.dueMs - b.dueMs)
  #timer: NodeJS.Timeout | undefined
  #immediate: NodeJS.Immediate | undefined
  #armedFor = Number.POSITIVE_INFINITY

  at(dueMs: number, run: () => void): Deadline {
    const deadline: Deadline = { dueMs, run, cancelled: false }
    this.#heap.push(deadline)
    if (dueMs < this.#armedFor) this.#arm(dueMs)
    return deadline
  }

  in(ms: number, run: () => void): Deadline {
    return this.at(performance.now() + ms, run)
  }

  cancel(deadline: Deadline | undefined): void {
    if (deadline) deadline.cancelled = true
  }

  /** Forgets everything that is still due. */
  clear(): void {
    this.#heap.clear()
    this.#disarm()
  }

  #arm(dueMs: number): void {
    this.#disarm()
    this.#armedFor = dueMs
    const ahead = Math.floor(dueMs - performance.now()) - 1
    if (ahead >= 1) this.#timer = setTimeout(this.#turn, Math.min(ahead, MOST_TIMER_MS))
    else this.#immediate = setImmediate(this.#turn)
  }

  #disarm(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#immediate)
    this.#timer = undefined
    this.#immediate = undefined
    this.#armedFor = Number.POSITIVE_INFINITY
  }

  readonly #turn = (): void => {
    this.#disarm()
    const now = performance.now()
    for (let head = this.#heap.peek(); head; head = this.#heap.peek()) {
      if (!head.cancelled && head.dueMs > now) break
      this.#heap.pop()
      if (!head.cancelled) head.run()
    }
    const head = this.#heap.peek()
    if (head && head.dueMs < this.#armedFor) this.#arm(head.dueMs)
  }
}

/** Beyond 2^31 − 1 ms Node's timers fire at once. */
const MOST_TIMER_MS = 2_000_000_000
