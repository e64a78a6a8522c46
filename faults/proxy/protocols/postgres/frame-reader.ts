import type { Scanner } from '../common/sink.ts'

/** How the next message is framed: length alone, one bare byte, or type and length. */
export type Framing = 'startup' | 'byte' | 'typed'

export interface FrameEvents {
  /** How many bytes of the body are worth looking at. Undefined: no such message. */
  wants(type: number, length: number): number | undefined
  /** `body` is its wanted beginning, valid during the call; type 0 for a start-up message. */
  head(type: number, body: Buffer, length: number): void
  end(offset: number): void
  unparsed(why: string): void
}

const HEADER = 0
const BODY = 1
const SKIP = 2
const STOPPED = 3

const maxStartup = 10_000
const maxLength = 1024 ** 3
const nothing = Buffer.alloc(0)

/** Cuts a stream of PostgreSQL messages apart; bodies are skipped by length. */
export class FrameReader implements Scanner {
  framing: Framing
  readonly #events: FrameEvents
  readonly #header = Buffer.alloc(5)
  #state = HEADER
  #got = 0
  #type = 0
  #length = 0
  #wanted = 0
  #parts: Buffer[] = []
  #left = 0

  constructor(framing: Framing, events: FrameEvents) {
    this.framing = framing
    this.#events = events
  }

  read(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#state === HEADER) at = this.#readHeader(chunk, at)
      else if (this.#state === BODY) at = this.#readBody(chunk, at)
      else if (this.#state === SKIP) at = this.#skip(chunk, at)
      else return
    }
  }

  stop(): void {
    this.#state = STOPPED
  }

  #readHeader(chunk: Buffer, at: number): number {
    if (this.framing === 'byte' && this.#got === 0) {
      const byte = chunk[at] ?? 0
      if (byte !== 69) return this.#bareByte(byte, at + 1)
      // An old server answers with an error message instead.
      this.framing = 'typed'
    }
    const size = this.framing === 'startup' ? 4 : 5
    const taken = Math.min(size - this.#got, chunk.length - at)
    if (this.#got === 0 && taken === size) return this.#gotHeader(chunk, at, at + size)
    chunk.copy(this.#header, this.#got, at, at + taken)
    this.#got += taken
    return this.#got < size ? at + taken : this.#gotHeader(this.#header, 0, at + taken)
  }

  #bareByte(byte: number, next: number): number {
    this.framing = 'typed'
    this.#events.head(byte, nothing, 0)
    this.#events.end(next)
    return next
  }

  #gotHeader(header: Buffer, at: number, next: number): number {
    const isStartup = this.framing === 'startup'
    this.#type = isStartup ? 0 : (header[at] ?? 0)
    this.#length = header.readInt32BE(isStartup ? at : at + 1) - 4
    this.#got = 0
    const wanted = this.#events.wants(this.#type, this.#length)
    const most = isStartup ? maxStartup : maxLength
    if (wanted === undefined || this.#length < 0 || this.#length > most) {
      this.stop()
      this.#events.unparsed(
        isStartup && header[at] === 22 ? 'encrypted' : 'not the PostgreSQL protocol',
      )
      return next
    }
    this.#wanted = Math.min(wanted, this.#length)
    this.#left = this.#length
    this.#parts = []
    if (this.#wanted === 0) this.#gotBody(nothing, next)
    else this.#state = BODY
    return next
  }

  #readBody(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#wanted, chunk.length - at)
    const part = chunk.subarray(at, at + taken)
    this.#wanted -= taken
    this.#left -= taken
    if (this.#wanted > 0) this.#parts.push(Buffer.from(part))
    else if (this.#parts.length === 0) this.#gotBody(part, at + taken)
    else this.#gotBody(Buffer.concat([...this.#parts, part]), at + taken)
    return at + taken
  }

  #gotBody(body: Buffer, next: number): void {
    this.#parts = []
    this.#state = SKIP
    this.#events.head(this.#type, body, this.#length)
    if (this.#left === 0) this.#ended(next)
  }

  #skip(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#left, chunk.length - at)
    this.#left -= taken
    if (this.#left === 0) this.#ended(at + taken)
    return at + taken
  }

  #ended(next: number): void {
    if (this.#state === STOPPED) return
    this.#state = HEADER
    this.#events.end(next)
  }
}
