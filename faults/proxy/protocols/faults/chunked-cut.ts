const LF = 10

/** How much of some bytes passes, and whether nothing does behind that. */
export interface Share {
  readonly passes: number
  readonly isEnd: boolean
}

/** Finds where so many bytes of a chunked HTTP body have passed; what frames the chunks counts not. */
export class ChunkedCut {
  /** Of the head, then of the line end behind each chunk. */
  #skip: number
  #left: number
  /** Of the present chunk; undefined while its size is being read. */
  #chunk: number | undefined
  #size = ''
  #isOver = false

  constructor(headLength: number, bytes: number) {
    this.#skip = headLength
    this.#left = bytes
  }

  share(data: Buffer): Share {
    let at = 0
    while (at < data.length && !this.#isOver) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, data.length - at)
        this.#skip -= skipped
        at += skipped
      } else if (this.#chunk === undefined) at = this.#readSize(data, at)
      else {
        const taken = Math.min(this.#chunk, this.#left, data.length - at)
        at += taken
        this.#left -= taken
        this.#chunk -= taken
        if (this.#chunk === 0) this.#endChunk()
      }
      if (this.#left === 0 && this.#skip <= 2) return { passes: at, isEnd: true }
    }
    return { passes: data.length, isEnd: false }
  }

  #endChunk(): void {
    this.#skip = 2
    this.#chunk = undefined
    this.#size = ''
  }

  #readSize(data: Buffer, at: number): number {
    const lineEnd = data.indexOf(LF, at)
    const stop = lineEnd < 0 ? data.length : lineEnd
    // Extensions of a chunk are of any length; its size stands first.
    if (this.#size.length < 16) this.#size += data.toString('latin1', at, Math.min(stop, at + 16))
    if (lineEnd < 0) return stop
    this.#chunk = Number.parseInt(this.#size, 16) || 0
    this.#isOver = this.#chunk === 0
    return lineEnd + 1
  }
}
