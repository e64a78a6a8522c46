import { Heap } from '../base/heap.ts'
import { ThreadAlarm } from './thread-timer.ts'
import { type Alarm, TimerAlarm } from './timer.ts'

/** A call that is due. Cancelling twice, or after it ran, does nothing. */
export interface Deadline {
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
export class Deadlines {
  readonly #heap = new Heap<Deadline>((a, b) => a.dueMs - b.dueMs)
  #alarm: Alarm
  #immediate: NodeJS.Immediate | undefined
  #armedFor = Number.POSITIVE_INFINITY
  #precise = false
  #closed = false

  constructor() {
    this.#alarm = new TimerAlarm(this.#turn)
  }

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

  /** From now on to a fraction of a millisecond, at the price of a thread. Where that cannot be
   * had, Node's timers go on doing the work. */
  precise(): void {
    if (this.#precise) return
    this.#precise = true
    ThreadAlarm.start(this.#turn).then(
      alarm => this.#change(alarm),
      () => {},
    )
  }

  /** Forgets everything that is still due. */
  close(): void {
    this.#closed = true
    this.#heap.clear()
    clearImmediate(this.#immediate)
    this.#alarm.close()
  }

  #change(alarm: Alarm): void {
    this.#alarm.close()
    this.#alarm = alarm
    if (this.#closed) alarm.close()
    const head = this.#heap.peek()
    if (head) this.#arm(head.dueMs)
  }

  #arm(dueMs: number): void {
    this.#armedFor = dueMs
    clearImmediate(this.#immediate)
    const soon = dueMs - performance.now() <= SOON_MS
    // Not at once: setting it wakes the thread, which would take the processor from whom we wrote to.
    this.#immediate = setImmediate(soon ? this.#turn : this.#setAlarm)
  }

  readonly #setAlarm = (): void => this.#alarm.set(this.#armedFor)

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
