/** One frame, as far as its header and a small payload tell. */
export interface Frame {
  readonly kind: string
  /** `deflate` where it is compressed, `fragment` where more follow. */
  readonly form: string | undefined
  /** `type` of a small JSON text. */
  readonly type: string | undefined
  /** `channel` of a small JSON text. */
  readonly key: string | undefined
  /** The code of a close frame that is not 1000. */
  readonly error: string | undefined
  /** A small text, whole. */
  readonly text: string | undefined
  /** A further fragment of a message. */
  readonly minor: boolean
  /** A further fragment follows, of this message or of one that this frame stands in. */
  readonly more: boolean
}

export interface FrameEvents {
  frame(frame: Frame): void
  end(offset: number): void
  unparsed(why: string): void
  readonly detail: boolean
}

const kinds: Readonly<Record<number, string>> = {
  0: 'continuation',
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
}
const CLOSE = 8
const TEXT = 1
const peekLimit = 1024

const HEADER = 0
const PEEK = 1
const SKIP = 2
const STOPPED = 3

/** Web-socket frames of one direction. Payloads are skipped, but for small texts and close codes. */
export class FrameScanner {
  readonly #masked: boolean
  readonly #events: FrameEvents
  readonly #header = Buffer.alloc(14)
  readonly #peeked = Buffer.alloc(peekLimit)
  #state = HEADER
  #got = 0
  #left = 0
  #wanted = 0
  #inMessage = false

  /** `masked`: the client's direction. */
  constructor(masked: boolean, events: FrameEvents) {
    this.#masked = masked
    this.#events = events
  }

  read(chunk: Buffer, from: number): void {
    let at = from
    while (at < chunk.length) {
      if (this.#state === HEADER) at = this.#readHeader(chunk, at)
      else if (this.#state === PEEK) at = this.#peek(chunk, at)
      else if (this.#state === SKIP) at = this.#skip(chunk, at)
      else return
    }
  }

  #readHeader(chunk: Buffer, at: number): number {
    const size = this.#got < 2 ? 2 : this.#headerSize()
    const taken = Math.min(size - this.#got, chunk.length - at)
    chunk.copy(this.#header, this.#got, at, at + taken)
    this.#got += taken
    const next = at + taken
    if (this.#got < 2) return next
    const problem = this.#got === 2 ? this.#problem() : undefined
    if (problem !== undefined) {
      this.#fail(problem)
      return chunk.length
    }
    if (this.#got < this.#headerSize()) return next
    this.#got = 0
    this.#gotHeader(next)
    return next
  }

  #headerSize(): number {
    const length = (this.#header[1] ?? 0) & 0x7f
    return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (this.#masked ? 4 : 0)
  }

  #problem(): string | undefined {
    const [first = 0, second = 0] = this.#header
    const opcode = first & 0x0f
    const isControl = opcode >= 8
    if (kinds[opcode] === undefined || (first & 0x30) !== 0) return 'not a web-socket frame'
    if (second >> 7 !== (this.#masked ? 1 : 0)) return 'masked the wrong way'
    if (isControl && ((first & 0x80) === 0 || (second & 0x7f) > 125)) return 'bad control frame'
    if (!isControl && (opcode === 0) !== this.#inMessage) return 'fragments out of order'
    return undefined
  }

  #gotHeader(next: number): void {
    const [first = 0, second = 0] = this.#header
    const short = second & 0x7f
    const length =
      short === 126
        ? this.#header.readUInt16BE(2)
        : short === 127
          ? Number(this.#header.readBigUInt64BE(2))
          : short
    if (length > Number.MAX_SAFE_INTEGER) {
      this.#fail('bad length')
      return
    }
    const opcode = first & 0x0f
    const isWhole = (first & 0x80) !== 0
    if (opcode < 8) this.#inMessage = !isWhole
    const isSmallText =
      opcode === TEXT && isWhole && (first & 0x40) === 0 && length <= peekLimit && length > 0
    this.#left = length
    if (opcode === CLOSE) this.#wanted = Math.min(2, length)
    else this.#wanted = isSmallText && this.#events.detail ? length : 0
    if (this.#wanted > 0) {
      this.#state = PEEK
      return
    }
    this.#say(undefined)
    this.#state = SKIP
    if (length === 0) this.#end(next)
  }

  #peek(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#wanted - this.#got, chunk.length - at)
    chunk.copy(this.#peeked, this.#got, at, at + taken)
    this.#got += taken
    this.#left -= taken
    if (this.#got < this.#wanted) return at + taken
    this.#got = 0
    this.#state = SKIP
    this.#say(this.#unmasked())
    if (this.#left === 0) this.#end(at + taken)
    return at + taken
  }

  #unmasked(): Buffer {
    const payload = this.#peeked.subarray(0, this.#wanted)
    if (!this.#masked) return payload
    const maskAt = this.#headerSize() - 4
    for (let i = 0; i < payload.length; i++) {
      payload[i] = (payload[i] ?? 0) ^ (this.#header[maskAt + (i & 3)] ?? 0)
    }
    return payload
  }

  #say(payload: Buffer | undefined): void {
    const [first = 0] = this.#header
    const opcode = first & 0x0f
    const isClose = opcode === CLOSE
    const code = isClose && payload?.length === 2 ? payload.readUInt16BE(0) : 1000
    const text = isClose ? undefined : payload?.toString('utf8')
    const { type, channel } = peekJson(text)
    this.#events.frame({
      kind: kinds[opcode] ?? '',
      form: formOf(first),
      type,
      key: channel,
      error: code === 1000 ? undefined : `${code}`,
      text,
      minor: opcode === 0,
      more: this.#inMessage,
    })
  }

  #skip(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#left, chunk.length - at)
    this.#left -= taken
    if (this.#left === 0) this.#end(at + taken)
    return at + taken
  }

  #end(next: number): void {
    this.#state = HEADER
    this.#events.end(next)
  }

  #fail(why: string): void {
    this.#state = STOPPED
    this.#events.unparsed(why)
  }
}

function formOf(first: number): string | undefined {
  if ((first & 0x40) !== 0) return 'deflate'
  return (first & 0x80) === 0 ? 'fragment' : undefined
}

function peekJson(text: string | undefined): { type?: string; channel?: string } {
  if (text === undefined || !text.startsWith('{')) return {}
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return {}
    const fields = new Map<string, unknown>(Object.entries(parsed))
    const type = fields.get('type')
    const channel = fields.get('channel')
    return {
      ...(typeof type === 'string' && { type }),
      ...((typeof channel === 'string' || typeof channel === 'number') && {
        channel: `${channel}`,
      }),
    }
  } catch {
    // Not JSON after all: then it has neither.
    return {}
  }
}
