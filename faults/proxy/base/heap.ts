/** A binary heap; entries that compare equal leave in the order they came. */
export class Heap<T> {
  readonly #compare: (a: T, b: T) => number
  readonly #entries: { readonly value: T; readonly order: number }[] = []
  #order = 0

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare
  }

  get size(): number {
    return this.#entries.length
  }

  peek(): T | undefined {
    return this.#entries[0]?.value
  }

  push(value: T): void {
    this.#entries.push({ value, order: this.#order++ })
    let at = this.#entries.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#before(at, parent)) break
      this.#swap(at, parent)
      at = parent
    }
  }

  pop(): T | undefined {
    const first = this.#entries[0]
    const last = this.#entries.pop()
    if (!first || !last) return undefined
    if (this.#entries.length > 0) {
      this.#entries[0] = last
      this.#sink()
    }
    return first.value
  }

  clear(): void {
    this.#entries.length = 0
  }

  #sink(): void {
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      let least = this.#before(left, at) ? left : at
      if (this.#before(left + 1, least)) least = left + 1
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #before(i: number, j: number): boolean {
    const a = this.#entries[i]
    const b = this.#entries[j]
    if (!a || !b) return false
    return (this.#compare(a.value, b.value) || a.order - b.order) < 0
  }

  #swap(i: number, j: number): void {
    const a = this.#entries[i]
    const b = this.#entries[j]
    if (!a || !b) return
    this.#entries[i] = b
    this.#entries[j] = a
  }
}
