import { z } from 'zod'
import type { Deadline } from '../deadlines.ts'
import { defineToxic, type Port, type Stage } from '../toxic.ts'
import { weightOf } from '../weight.ts'

const attributes = z
  .strictObject({
    average_size: z.int().min(1).max(1_073_741_824),
    size_variation: z.int().min(0).max(1_073_741_824).default(0),
    delay: z.int().min(0).max(2_147_483_647).default(0),
  })
  .refine(given => given.size_variation < given.average_size, {
    path: ['size_variation'],
    message: 'must be less than average_size',
  })

/** Cuts data into slices of `average_size` ± `size_variation` bytes, `delay` µs after each. */
export const toxic = defineToxic({
  type: 'slicer',
  level: 'bytes',
  attributes,
  open: (attributes, port) => new Slicer(attributes, port),
})

/** Cuts a slice when it is due and not before: a chunk in a thousand pieces would weigh much more. */
class Slicer implements Stage {
  readonly #attributes: () => z.output<typeof attributes>
  readonly #port: Port
  #queue: Buffer[] = []
  #ended = false
  #freeMs = 0
  #timer: Deadline | undefined

  constructor(given: () => z.output<typeof attributes>, port: Port) {
    this.#attributes = given
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
    if (this.#queue.length === 0) return
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

  /** Passes all slices that are due; those that a busy machine made late go together. */
  #next(): void {
    const { average_size: average, size_variation: variation, delay } = this.#attributes()
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      if (this.#freeMs > performance.now()) {
        this.#timer = this.#port.deadlines.at(this.#freeMs, () => this.#next())
        return
      }
      const size = this.#port.random.integer(average - variation, average + variation)
      const left = head.subarray(size)
      this.#port.release(weightOf(head) - (left.length > 0 ? weightOf(left) : 0))
      if (left.length > 0) this.#queue[0] = left
      else this.#queue.shift()
      this.#freeMs += delay / 1000
      this.#port.pass(head.subarray(0, size))
    }
    if (this.#ended) this.#port.end()
  }
}
