/** A request whose answer is awaited. */
export interface Exchange {
  /** The request's number in its direction. */
  readonly number: number
  readonly kind: string
  readonly key: string | undefined
  readonly trace: string | undefined
}

/** The most requests without an answer that are remembered before pairing is given up. */
export const PENDING_LIMIT = 100_000

/** Requests without an answer, oldest first: a queue without the cost of `Array.shift`. */
export class Pending<Item extends { readonly number: number }> {
  #items: Item[] = []
  #first = 0

  get size(): number {
    return this.#items.length - this.#first
  }

  get oldest(): Item | undefined {
    return this.#items[this.#first]
  }

  push(item: Item): void {
    this.#items.push(item)
  }

  shift(): Item | undefined {
    const oldest = this.#items[this.#first]
    if (oldest === undefined) return undefined
    this.#first++
    if (this.#first === this.#items.length) {
      this.#items.length = 0
      this.#first = 0
    } else if (this.#first > 1024 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
    return oldest
  }

  /** The request with this number will be answered so many times more. */
  repeat(number: number, times: number): void {
    const at = this.#items.findIndex((item, i) => i >= this.#first && item.number === number)
    const item = this.#items[at]
    if (item) this.#items.splice(at, 0, ...new Array<Item>(Math.min(times, 1000)).fill(item))
  }

  /** Forgets the request with this number: the server will never see it. */
  withdraw(number: number): void {
    const at = this.#items.findIndex((item, i) => i >= this.#first && item.number === number)
    if (at >= 0) this.#items.splice(at, 1)
    if (this.#first === this.#items.length) {
      this.#items.length = 0
      this.#first = 0
    }
  }
}
