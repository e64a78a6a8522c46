import { Worker } from 'node:worker_threads'
import type { Timer } from './timer.ts'

/** A wake-up takes its time: it is asked for so much earlier, as learned from those before. */
const FIRST_LEAD_MS = 0.15
const LEAST_LEAD_MS = 0.05
const MOST_LEAD_MS = 0.5
/** Fast up and slowly down: most wake-ups shall be early, and the rest of the time be spun. */
const LEARNING_UP = 0.2
const LEARNING_DOWN = 0.02

/**
 * A thread that waits with sub-millisecond precision, which Node's timers do not have. It sleeps in
 * `Atomics.wait`, costs nothing while nothing is due, and does not keep the process alive.
 */
export class ThreadTimer implements Timer {
  /** Time due on the monotonic clock of the process, in ms; infinite when nothing is. */
  readonly #due = new Float64Array(new SharedArrayBuffer(8))
  /** Counts changes of `due`, and is what the thread waits on. */
  readonly #changes = new Int32Array(new SharedArrayBuffer(4))
  readonly #worker: Worker
  #leadMs = FIRST_LEAD_MS
  #wakeMs = Number.POSITIVE_INFINITY

  /** Resolves when the thread runs. */
  static async start(wake: () => void): Promise<ThreadTimer> {
    const timer = new ThreadTimer(wake)
    await new Promise<void>((resolve, reject) => {
      timer.#worker.once('online', resolve)
      timer.#worker.once('error', reject)
    })
    return timer
  }

  private constructor(wake: () => void) {
    this.#due[0] = Number.POSITIVE_INFINITY
    this.#worker = new Worker(new URL('./timer-thread.ts', import.meta.url), {
      workerData: { due: this.#due, changes: this.#changes },
    })
    this.#worker.unref()
    this.#worker.on('message', () => {
      this.#learn(performance.now() - this.#wakeMs)
      wake()
    })
  }

  set(dueMs: number): void {
    this.#wakeMs = dueMs - this.#leadMs
    this.#tell(this.#wakeMs + monotonicOffsetMs())
  }

  clear(): void {
    this.#tell(Number.POSITIVE_INFINITY)
  }

  close(): void {
    void this.#worker.terminate()
  }

  #tell(due: number): void {
    this.#due[0] = due
    Atomics.add(this.#changes, 0, 1)
    Atomics.notify(this.#changes, 0)
  }

  #learn(tookMs: number): void {
    if (!Number.isFinite(tookMs) || tookMs < 0) return
    const wanted = Math.min(Math.max(tookMs, LEAST_LEAD_MS), MOST_LEAD_MS)
    const missing = wanted - this.#leadMs
    this.#leadMs += missing * (missing > 0 ? LEARNING_UP : LEARNING_DOWN)
  }
}

/** Threads count `performance.now()` from their own start; the monotonic clock is one for all. */
function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1_000 + nanoseconds / 1e6
}

let offsetMs: number | undefined

function monotonicOffsetMs(): number {
  offsetMs ??= monotonicMs() - performance.now()
  return offsetMs
}
