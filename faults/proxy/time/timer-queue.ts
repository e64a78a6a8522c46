import { Heap } from '../base/heap.ts'
import { ThreadTimer } from './thread-timer.ts'
import { NodeTimer, type Timer } from './timer.ts'

/** A call that is due. Cancelling twice, or after it ran, does nothing. */
export interface TimerEntry {
  readonly dueMs: number
  readonly run: () => void
  cancelled: boolean
}

/** What is due so soon is waited for with turns of the loop, which keep sockets served. */
const SOON_MS = 0.6

/**
 * Calls at absolute times of `performance.now()`: never early, in order of their time, and in the
 * order they were asked for when that is the same.
 */
export class TimerQueue {
  readonly #heap = new Heap<TimerEntry>((a, b) => a.dueMs - b.dueMs)
  #timer: Timer
  #immediate: NodeJS.Immediate | undefined
  #armedFor = Number.POSITIVE_INFINITY
  #precise = false
  #closed = false

  constructor() {
    this.#timer = new NodeTimer(this.#turn)
  }

  at(dueMs: number, run: () => void): TimerEntry {
    const entry: TimerEntry = { dueMs, run, cancelled: false }
    this.#heap.push(entry)
    if (dueMs < this.#armedFor) this.#arm(dueMs)
    return entry
  }

  in(ms: number, run: () => void): TimerEntry {
    return this.at(performance.now() + ms, run)
  }

  cancel(entry: TimerEntry | undefined): void {
    if (entry) entry.cancelled = true
  }

  /** From now on to a fraction of a millisecond, at the price of a thread. Where that cannot be
   * had, Node's timers go on doing the work. */
  precise(): void {
    if (this.#precise) return
    this.#precise = true
    ThreadTimer.start(this.#turn).then(
      timer => this.#change(timer),
      () => {},
    )
  }

  /** Forgets everything that is still due. */
  close(): void {
    this.#closed = true
    this.#heap.clear()
    clearImmediate(this.#immediate)
    this.#timer.close()
  }

  #change(timer: Timer): void {
    this.#timer.close()
    this.#timer = timer
    if (this.#closed) timer.close()
    const head = this.#heap.peek()
    if (head) this.#arm(head.dueMs)
  }

  #arm(dueMs: number): void {
    this.#armedFor = dueMs
    clearImmediate(this.#immediate)
    const soon = dueMs - performance.now() <= SOON_MS
    // Not at once: setting it wakes the thread, which would take the processor from whom we wrote to.
    this.#immediate = setImmediate(soon ? this.#turn : this.#setTimer)
  }

  readonly #setTimer = (): void => this.#timer.set(this.#armedFor)

  readonly #turn = (): void => {
    clearImmediate(this.#immediate)
    this.#armedFor = Number.POSITIVE_INFINITY
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
