import { HEAD_LIMIT } from '../../contracts/protocol.ts'

/** Counts the bytes of a message of which nothing is said yet: those are kept. */
export class HeadBudget {
  #spent = 0
  /** Where the message begins in the present chunk. */
  #from = 0

  /** A message begins here. */
  begins(at: number): void {
    this.#from = at
    this.#spent = 0
  }

  /** The chunk has been read; true when nothing is said still and too much is kept. */
  isSpent(chunk: Buffer, isSaid: boolean): boolean {
    this.#spent = isSaid ? 0 : this.#spent + chunk.length - this.#from
    this.#from = 0
    return this.#spent > HEAD_LIMIT
  }
}
