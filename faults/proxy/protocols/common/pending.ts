/** The most requests without an answer that are remembered before pairing is given up. */
export const PENDING_LIMIT = 100_000

/** Requests without an answer, oldest first, in a ring that grows. */
export class Pending<Item extends { readonly number: number }> {
  #ring: (Item | undefined)[] = new Array<undefined>(16).fill(undefined)
  #first = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  get oldest(): Item | undefined {
    return this.#size === 0 ? undefined : this.#ring[this.#first]
  }

  push(item: Item): void {
    if (this.#size === this.#ring.length) this.#refill(this.#list(), this.#size * 2)
    this.#ring[(this.#first + this.#size) & (this.#ring.length - 1)] = item
    this.#size++
  }

  shift(): Item | undefined {
    if (this.#size === 0) return undefined
    const oldest = this.#ring[this.#first]
    this.#ring[this.#first] = undefined
    this.#first = (this.#first + 1) & (this.#ring.length - 1)
    this.#size--
    return oldest
  }

  /** The request with this number will be answered so many times more; false when it is not here. */
  repeat(number: number, times: number): boolean {
    const items = this.#list()
    const at = items.findIndex(item => item.number === number)
    const again = items[at]
    if (!again) return false
    items.splice(at, 0, ...new Array<Item>(times).fill(again))
    this.#refill(items, this.#ring.length)
    return true
  }

  /** Forgets the request with this number: the server will never see it. */
  withdraw(number: number): void {
    const items = this.#list()
    const left = items.filter(item => item.number !== number)
    if (left.length < items.length) this.#refill(left, this.#ring.length)
  }

  #list(): Item[] {
    const items: Item[] = []
    for (let i = 0; i < this.#size; i++) {
      const item = this.#ring[(this.#first + i) & (this.#ring.length - 1)]
      if (item) items.push(item)
    }
    return items
  }

  #refill(items: readonly Item[], atLeast: number): void {
    let length = 16
    while (length < atLeast || length < items.length) length *= 2
    this.#ring = [...items, ...new Array<undefined>(length - items.length).fill(undefined)]
    this.#first = 0
    this.#size = items.length
  }
}
