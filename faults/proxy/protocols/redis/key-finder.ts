import type { KeyPlace } from './key-places.ts'

/** Finds the keys of one command, argument by argument. */
export class KeyFinder {
  key: string | undefined
  /** Further keys. */
  others: string[] | undefined
  #place: KeyPlace = { by: 'none' }
  /** Arguments from and to, and the distance between two, that are keys. */
  #from = 0
  #to = 0
  #step = 1
  /** Every further argument may be the word that tells where keys are. */
  #searches = false
  #count = 0

  /** `count` with the name itself. */
  begin(place: KeyPlace, count: number): void {
    this.key = undefined
    this.others = undefined
    this.#place = place
    this.#count = count
    this.#searches = place.by === 'streams' || place.by === 'word'
    if (place.by === 'range') {
      const { first, last, step } = place
      this.#expect(first, last < 0 ? count + last : last, step)
    } else if (place.by === 'word') this.#expect(place.first, place.first)
    else if (place.by === 'count' && place.isStored) this.#expect(1, 1)
    else this.#expect(0, 0)
  }

  /** Whether one has to know the argument at `index`. */
  wants(index: number): boolean {
    if (this.#searches || this.#isKey(index)) return true
    return this.#place.by === 'count' && index === this.#place.at
  }

  /** Takes the argument at `index`; true when no later one is of interest. */
  took(index: number, text: string): boolean {
    const place = this.#place
    if (this.#isKey(index)) this.#add(text)
    else if (place.by === 'count' && index === place.at) this.#counted(index, text)
    else if (this.#searches) this.#searched(place, index, text)
    return this.#isDone(index)
  }

  #isKey(index: number): boolean {
    const from = this.#from
    return from > 0 && index >= from && index <= this.#to && (index - from) % this.#step === 0
  }

  #isDone(index: number): boolean {
    const place = this.#place
    if (place.by === 'count' && index < place.at) return false
    return !this.#searches && index + this.#step > this.#to
  }

  #counted(index: number, text: string): void {
    const keys = /^\d{1,6}$/.test(text) ? Number(text) : 0
    this.#expect(index + 1, index + keys)
  }

  #searched(place: KeyPlace, index: number, text: string): void {
    const word = text.toUpperCase()
    if (place.by === 'streams' && word === 'STREAMS') {
      this.#searches = false
      this.#expect(index + 1, index + Math.floor((this.#count - index - 1) / 2))
    } else if (place.by === 'word' && place.words.includes(word)) {
      this.#expect(index + 1, place.takesRest ? this.#count - 1 : index + 1)
    }
  }

  #expect(from: number, to: number, step = 1): void {
    this.#from = from
    this.#to = to
    this.#step = step
  }

  #add(key: string): void {
    if (this.key === undefined) this.key = key
    else if (this.others) this.others.push(key)
    else this.others = [key]
  }
}
