import { HEAD_LIMIT } from '../../contracts/protocol.ts'
import type { Scanner } from '../common/sink.ts'
import { HeadBudget } from './head-budget.ts'
import { NumberLine } from './number-line.ts'
import { quickReply } from './quick.ts'

/** Hears of each reply, push or pub/sub message. */
export interface ReplyEvents {
  /**
   * `type` is its first byte. `error` is the first word of an error. `words` are the first elements
   * of a push, or of an array while `mayBePush`.
   */
  reply(type: number, error: string | undefined, words: readonly string[]): void
  end(offset: number): void
  unparsed(why: string): void
  /** Whether an array may be a pub/sub message (RESP2, subscribed). */
  readonly mayBePush: boolean
}

const TYPE = 0
const NUMBER = 1
const LINE = 2
const BODY = 3
const OPAQUE = 4

const maxDepth = 128
const maxErrorWord = 64
/** Channels are told whole. */
const maxWord = HEAD_LIMIT
const maxBulk = 1024 ** 3
const maxLine = 64 * 1024

const noWords: readonly string[] = []

const ARRAY = 42
const PUSH = 62
const ATTRIBUTE = 124
const ERROR = 45
const BULK_ERROR = 33

/** What a server answers, in RESP2 and RESP3. Values are skipped by length. */
export class ReplyParser implements Scanner {
  readonly #events: ReplyEvents
  readonly #number = new NumberLine(() => this.#fail('not a number'))
  readonly #elements = new Float64Array(maxDepth)
  readonly #attributes = new Uint8Array(maxDepth)
  #depth = 0
  #state = TYPE
  #type = 0
  #left = 0
  /** Error line or captured word so far; undefined while nothing is captured. */
  #text: string | undefined
  #line = 0
  #top = 0
  #wordsWanted = 0
  #words: string[] = []
  #headSaid = false
  readonly #budget = new HeadBudget()

  constructor(events: ReplyEvents) {
    this.#events = events
  }

  stop(): void {
    this.#state = OPAQUE
  }

  read(chunk: Buffer): void {
    this.#readOn(chunk)
    if (this.#state === OPAQUE) return
    const inAttribute = this.#depth > 0 && this.#attributes[0] === 1
    const inReply = this.#depth > 0 || this.#state !== TYPE
    const isSaid = !inAttribute && (!inReply || this.#headSaid)
    if (!this.#budget.isSpent(chunk, isSaid)) return
    if (inAttribute) this.#fail('attribute too long')
    else this.#sayHead(undefined)
  }

  #readOn(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      switch (this.#state) {
        case TYPE:
          at = this.#begins(chunk, at)
          break
        case NUMBER:
          at = this.#number.read(chunk, at)
          if (this.#number.done) this.#gotNumber(at)
          break
        case LINE:
          at = this.#readLine(chunk, at)
          break
        case BODY:
          at = this.#readBody(chunk, at)
          break
        default:
          return
      }
    }
  }

  #begins(chunk: Buffer, at: number): number {
    const isTop = this.#depth === 0
    const next = isTop ? quickReply(chunk, at) : 0
    if (next === 0) {
      if (isTop) this.#budget.begins(at)
      this.#gotType(chunk[at] ?? 0)
      return at + 1
    }
    this.#events.reply(chunk[at] ?? 0, undefined, noWords)
    this.#events.end(next)
    return next
  }

  #gotType(type: number): void {
    this.#type = type
    const isTop = this.#depth === 0
    if (isTop && type !== ATTRIBUTE) this.#begin(type)
    this.#text = undefined
    switch (type) {
      case 36: // $
      case BULK_ERROR:
      case 61: // =
      case ARRAY:
      case 126: // ~
      case PUSH:
      case 37: // %
      case ATTRIBUTE:
        this.#number.reset()
        this.#state = NUMBER
        return
      case 43: // +
      case ERROR:
      case 58: // :
      case 44: // ,
      case 40: // (
      case 35: // #
      case 95: // _
        if (isTop && type === ERROR) this.#text = ''
        else if (isTop) this.#sayHead(undefined)
        else if (this.#wordsWanted > 0 && this.#depth === 1) this.#text = ''
        this.#line = 0
        this.#state = LINE
        return
      default:
        this.#fail('not the Redis protocol')
    }
  }

  #begin(type: number): void {
    this.#top = type
    this.#headSaid = false
    this.#words = []
    const isPush = type === PUSH || (type === ARRAY && this.#events.mayBePush)
    this.#wordsWanted = isPush ? 3 : 0
  }

  #gotNumber(at: number): void {
    const value = this.#number.value
    const type = this.#type
    if (type === 36 || type === BULK_ERROR || type === 61) {
      if (value > maxBulk || value < -1) {
        this.#fail('bad length')
        return
      }
      if (this.#depth === 0 && type !== BULK_ERROR) this.#sayHead(undefined)
      if (value < 0) {
        this.#gotValue(at)
        return
      }
      const isWord = this.#depth === 1 && this.#wordsWanted > 0
      if (isWord || (this.#depth === 0 && type === BULK_ERROR)) this.#text = ''
      this.#left = value + 2
      this.#state = BODY
      return
    }
    if (value > 2 ** 31 || value < -1) {
      this.#fail('bad count')
      return
    }
    const elements = type === 37 || type === ATTRIBUTE ? value * 2 : value
    if (this.#depth === 0 && type !== ATTRIBUTE && (this.#wordsWanted === 0 || elements <= 0)) {
      this.#sayHead(undefined)
    } else if (this.#depth === 0) this.#wordsWanted = Math.min(this.#wordsWanted, elements)
    if (elements <= 0) {
      if (type === ATTRIBUTE) this.#state = TYPE
      else this.#gotValue(at)
      return
    }
    if (this.#depth === maxDepth) {
      this.#fail('nested too deeply')
      return
    }
    this.#elements[this.#depth] = elements
    this.#attributes[this.#depth] = type === ATTRIBUTE ? 1 : 0
    this.#depth++
    this.#state = TYPE
  }

  #readLine(chunk: Buffer, at: number): number {
    const lineEnd = chunk.indexOf(10, at)
    const stop = lineEnd < 0 ? chunk.length : lineEnd + 1
    if (this.#text !== undefined && this.#text.length < maxWord) {
      this.#text += chunk.toString('latin1', at, Math.min(stop, at + maxWord))
    }
    this.#line += stop - at
    if (this.#line > maxLine) this.#fail('line too long')
    else if (lineEnd >= 0) {
      if (this.#text !== undefined) this.#gotText(this.#text.trimEnd())
      this.#gotValue(stop)
    }
    return stop
  }

  #readBody(chunk: Buffer, at: number): number {
    const stop = Math.min(chunk.length, at + this.#left)
    if (this.#text !== undefined && this.#left > 2) {
      const to = Math.min(stop, at + this.#left - 2, at + maxWord - this.#text.length)
      if (to > at) this.#text += chunk.toString('latin1', at, to)
    }
    this.#left -= stop - at
    if (this.#left === 0) {
      if (this.#text !== undefined) this.#gotText(this.#text)
      this.#gotValue(stop)
    }
    return stop
  }

  #gotText(text: string): void {
    this.#text = undefined
    if (this.#depth === 0) {
      this.#sayHead(text.split(' ', 1)[0]?.slice(0, maxErrorWord))
      return
    }
    this.#words.push(text)
    // The third word is a channel in pmessage, and how many subscriptions are left in confirmations;
    // elsewhere it is the message, of any length.
    if (this.#words.length === 1 && text !== 'pmessage' && !text.endsWith('subscribe')) {
      this.#wordsWanted = Math.min(this.#wordsWanted, 2)
    }
  }

  /** A value is complete; so may be what it stands in. */
  #gotValue(at: number): void {
    if (this.#state === OPAQUE) return
    if (this.#depth === 1 && this.#wordsWanted > 0 && this.#attributes[0] === 0) this.#gotWord()
    while (this.#depth > 0) {
      const left = (this.#elements[this.#depth - 1] ?? 0) - 1
      this.#elements[this.#depth - 1] = left
      if (left > 0) {
        this.#state = TYPE
        return
      }
      this.#depth--
      if (this.#attributes[this.#depth] === 1) {
        // The value it describes is still to come, and is what counts.
        this.#state = TYPE
        return
      }
      if (this.#depth === 1 && this.#wordsWanted > 0) this.#gotWord()
    }
    if (!this.#headSaid) this.#sayHead(undefined)
    this.#state = TYPE
    this.#events.end(at)
  }

  #gotWord(): void {
    this.#wordsWanted--
    if (this.#wordsWanted === 0 && !this.#headSaid) this.#sayHead(undefined)
  }

  #sayHead(error: string | undefined): void {
    this.#headSaid = true
    this.#events.reply(this.#top, error, this.#words)
  }

  #fail(why: string): void {
    this.#state = OPAQUE
    this.#events.unparsed(why)
  }
}
