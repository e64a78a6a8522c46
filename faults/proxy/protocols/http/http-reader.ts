import { HEAD_LIMIT } from '../../contracts/protocol.ts'
import { type Head, splitHead } from './head.ts'

/** How a message's body ends; `switch`: there is none, and another protocol begins. */
export type Body =
  | { readonly ends: 'at once' }
  | { readonly ends: 'after'; readonly length: number }
  | { readonly ends: 'chunked' }
  | { readonly ends: 'with the connection' }
  | { readonly ends: 'switch' }

export interface HttpEvents {
  /** Undefined: this is not HTTP/1. */
  head(head: Head): Body | undefined
  end(offset: number): void
  unparsed(why: string): void
}

const HEAD = 0
const LENGTH = 1
const CHUNK_SIZE = 2
const CHUNK = 3
const TRAILER = 4
const FOREVER = 5
const SWITCHED = 6
const STOPPED = 7

const maxLine = 4096

/** One direction of HTTP/1.1: heads are read, bodies skipped. */
export class HttpReader {
  readonly #events: HttpEvents
  #state = HEAD
  #text = ''
  #left = 0

  constructor(events: HttpEvents) {
    this.#events = events
  }

  /** Reads from `at`; returns where it stopped, before the end only when the protocol changes. */
  read(chunk: Buffer, from: number): number {
    let at = from
    while (at < chunk.length) {
      switch (this.#state) {
        case HEAD:
          at = this.#readHead(chunk, at)
          break
        case LENGTH:
        case CHUNK:
          at = this.#skip(chunk, at)
          break
        case CHUNK_SIZE:
        case TRAILER:
          at = this.#readLine(chunk, at)
          break
        case SWITCHED:
          return at
        default:
          return chunk.length
      }
    }
    return at
  }

  stop(): void {
    this.#state = STOPPED
  }

  get switched(): boolean {
    return this.#state === SWITCHED
  }

  /** The other direction said that from here on another protocol is spoken. */
  switch(): void {
    if (this.#state === HEAD && this.#text === '') this.#state = SWITCHED
    else this.#fail('protocol changed in the middle of a message')
  }

  #readHead(chunk: Buffer, at: number): number {
    const known = this.#text.length
    if (known === 0 && (chunk[at] ?? 0) === 22) return this.#fail('encrypted', chunk)
    this.#text += chunk.toString('latin1', at, Math.min(chunk.length, at + HEAD_LIMIT + 4))
    const end = this.#text.indexOf('\r\n\r\n', Math.max(0, known - 3))
    if (end < 0) {
      if (known < maxLine && !mayBeHttp(this.#text.slice(0, 2 * maxLine)))
        return this.#fail('not HTTP/1', chunk)
      return this.#text.length > HEAD_LIMIT ? this.#fail('head too long', chunk) : chunk.length
    }
    const next = at + end + 4 - known
    const body = this.#events.head(splitHead(this.#text.slice(0, end)))
    this.#text = ''
    if (body === undefined) return this.#fail('not HTTP/1', chunk)
    this.#begin(body, next)
    return next
  }

  #begin(body: Body, next: number): void {
    if (body.ends === 'switch') {
      this.#state = SWITCHED
      this.#events.end(next)
    } else if (body.ends === 'chunked') this.#state = CHUNK_SIZE
    else if (body.ends === 'with the connection') this.#state = FOREVER
    else if (body.ends === 'after' && body.length > 0) {
      this.#left = body.length
      this.#state = LENGTH
    } else this.#end(next)
  }

  #skip(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#left, chunk.length - at)
    this.#left -= taken
    if (this.#left === 0) {
      if (this.#state === CHUNK) this.#state = CHUNK_SIZE
      else this.#end(at + taken)
    }
    return at + taken
  }

  /** A chunk's size, or a line of the trailer, whose empty line ends the message. */
  #readLine(chunk: Buffer, at: number): number {
    const lineEnd = chunk.indexOf(10, at)
    const next = lineEnd < 0 ? chunk.length : lineEnd + 1
    this.#text += chunk.toString('latin1', at, Math.min(next, at + maxLine))
    if (this.#text.length > maxLine) return this.#fail('line too long', chunk)
    if (lineEnd < 0) return next
    const line = this.#text.trimEnd()
    this.#text = ''
    if (this.#state === TRAILER) {
      if (line === '') this.#end(next)
      return next
    }
    const size = /^[0-9a-f]{1,8}(?=;|[ \t]|$)/i.exec(line)?.[0]
    if (size === undefined) return this.#fail('bad chunk size', chunk)
    const length = Number.parseInt(size, 16)
    this.#state = length === 0 ? TRAILER : CHUNK
    this.#left = length + 2
    return next
  }

  #end(next: number): void {
    this.#state = HEAD
    this.#events.end(next)
  }

  #fail(why: string, chunk?: Buffer): number {
    this.stop()
    this.#events.unparsed(why)
    return chunk?.length ?? 0
  }
}

function mayBeHttp(text: string): boolean {
  const lineEnd = text.indexOf('\r\n', 2)
  if (lineEnd >= 0)
    return /^(?:\r\n)*(?:HTTP\/1\.[01] |\S+ \S+ HTTP\/1\.[01]$)/m.test(text.slice(0, lineEnd))
  return /^(?:\r|\r\n)*[!#$%&'*+.^_`|~\w-]*(?:[ /][\x21-\xff /]*)?\r?$/.test(text)
}
