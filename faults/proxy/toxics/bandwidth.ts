import { z } from 'zod'
import type { Deadline } from '../deadlines.ts'
import { defineToxic, type Port, type Stage } from '../toxic.ts'
import { weightOf } from '../weight.ts'

/** Lets `rate` KB (of 1,000 bytes) through per second; 0 lets nothing through. */
export const toxic = defineToxic({
  type: 'bandwidth',
  level: 'bytes',
  attributes: z.strictObject({ rate: z.int().min(0).max(1_000_000_000).default(0) }),
  open: (attributes, port) => new Bandwidth(attributes, port),
})

/** One slice is what passes in this time: small enough to look like a steady stream. */
const SLICE_MS = 10
/** Slices that a busy machine let pass late are made up for, up to this long. */
const CATCH_UP_MS = 500

class Bandwidth implements Stage {
  readonly #attributes: () => { readonly rate: number }
  readonly #port: Port
  #queue: Buffer[] = []
  #ended = false
  #freeMs = 0
  #timer: Deadline | undefined

  constructor(attributes: () => { readonly rate: number }, port: Port) {
    this.#attributes = attributes
    this.#port = port
  }

  chunk(data: Buffer): void {
    this.#port.landed(data.length)
    this.#port.hold(weightOf(data))
    this.#queue.push(data)
    if (this.#queue.length > 1) return
    this.#freeMs = Math.max(this.#freeMs, performance.now())
    this.#next()
  }

  end(): void {
    this.#ended = true
    if (this.#queue.length === 0) this.#port.end()
  }

  updated(): void {
    this.#port.deadlines.cancel(this.#timer)
    this.#freeMs = performance.now()
    this.#next()
  }

  detach(): void {
    this.#port.deadlines.cancel(this.#timer)
    const queue = this.#queue
    this.#queue = []
    for (const data of queue) {
      this.#port.release(weightOf(data))
      this.#port.pass(data)
    }
    if (this.#ended && queue.length > 0) this.#port.end()
  }

  destroy(): void {
    this.#port.deadlines.cancel(this.#timer)
    this.#queue = []
  }

  /** A slice is due when the wire would have carried all of it. */
  #next(): void {
    const { rate } = this.#attributes()
    const head = this.#queue[0]
    if (!head || rate === 0) return
    const size = Math.min(head.length, rate * SLICE_MS)
    this.#freeMs = Math.max(this.#freeMs, performance.now() - CATCH_UP_MS) + size / rate
    this.#timer = this.#port.deadlines.at(this.#freeMs, () => this.#slice(size))
  }

  #slice(size: number): void {
    const head = this.#queue.shift()
    if (!head) return
    const left = head.subarray(size)
    if (left.length > 0) this.#queue.unshift(left)
    this.#port.release(weightOf(head) - (left.length > 0 ? weightOf(left) : 0))
    this.#port.pass(head.subarray(0, size))
    if (this.#queue.length > 0) this.#next()
    else if (this.#ended) this.#port.end()
  }
}
