import { accountedSize } from '../base/accounted-size.ts'
import type { Port, Stage } from '../contracts/byte-stage.ts'
import type { TimerEntry } from '../time/timer-queue.ts'

export interface Slice {
  readonly size: number
  /** What it waits before it passes, and the next one after it. */
  readonly beforeMs?: number
  readonly afterMs?: number
}

/** Slices that a busy machine let pass late are made up for, up to this long. */
const CATCH_UP_MS = 500

/**
 * Passes chunks slice by slice. A slice is cut when its turn has come and not before: a chunk in a
 * thousand pieces weighs much more than whole.
 */
export class SliceLine implements Stage {
  readonly #port: Port
  readonly #cut: (head: Buffer) => Slice | undefined
  #chunks: Buffer[] = []
  #ended = false
  #freeMs = 0
  #timer: TimerEntry | undefined

  /** `cut` says how the first bytes of the line go on; undefined: nothing does, until `updated`. */
  constructor(port: Port, cut: (head: Buffer) => Slice | undefined) {
    this.#port = port
    this.#cut = cut
  }

  chunk(data: Buffer): void {
    this.#port.landed(data.length)
    this.#port.hold(accountedSize(data))
    this.#chunks.push(data)
    if (this.#chunks.length > 1) return
    this.#freeMs = Math.max(this.#freeMs, performance.now())
    this.#next()
  }

  end(): void {
    this.#ended = true
    if (this.#chunks.length === 0) this.#port.end()
  }

  updated(): void {
    this.#port.timers.cancel(this.#timer)
    this.#freeMs = performance.now()
    this.#next()
  }

  detach(): void {
    this.#port.timers.cancel(this.#timer)
    for (let head = this.#chunks[0]; head; head = this.#chunks[0]) this.#pass(head.length)
  }

  destroy(): void {
    this.#port.timers.cancel(this.#timer)
    this.#chunks = []
  }

  #next(): void {
    for (let head = this.#chunks[0]; head; head = this.#chunks[0]) {
      const slice = this.#cut(head)
      if (!slice) return
      const { size, beforeMs = 0, afterMs = 0 } = slice
      const now = performance.now()
      const dueMs = Math.max(this.#freeMs, now - CATCH_UP_MS) + beforeMs
      this.#freeMs = dueMs + afterMs
      if (dueMs > now) {
        this.#timer = this.#port.timers.at(dueMs, () => {
          this.#pass(size)
          this.#next()
        })
        return
      }
      this.#pass(size)
    }
  }

  #pass(size: number): void {
    const head = this.#chunks[0]
    if (!head) return
    const left = head.subarray(size)
    this.#port.release(accountedSize(head) - (left.length > 0 ? accountedSize(left) : 0))
    if (left.length > 0) this.#chunks[0] = left
    else this.#chunks.shift()
    this.#port.pass(head.subarray(0, size))
    if (this.#ended && this.#chunks.length === 0) this.#port.end()
  }
}
