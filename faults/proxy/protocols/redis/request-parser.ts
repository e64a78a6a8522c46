import { HEAD_LIMIT } from '../../contracts/protocol.ts'
import type { Scanner } from '../common/sink.ts'
import { commandName, keyPlace } from './commands.ts'
import { HeadBudget } from './head-budget.ts'
import { NumberLine } from './number-line.ts'
import { QuickCommand } from './quick.ts'

/** Hears of each command: `command` once its name and key are known, then `end`. */
export interface RequestEvents {
  /** `argument` is the one after the name, kept only for HELLO and CLIENT. */
  command(name: string, key: string | undefined, count: number, argument: string): void
  end(offset: number): void
  unparsed(why: string): void
  readonly detail: boolean
}

const START = 0
const COUNT = 1
const DOLLAR = 2
const LENGTH = 3
const BODY = 4
const INLINE = 5
const OPAQUE = 6

const maxArguments = 1024 * 1024
const maxBulk = 1024 ** 3
const maxName = 64
const maxKey = 512

/** Commands as a client sends them: arrays of bulk strings, or inline. Values are skipped by length. */
export class RequestParser implements Scanner {
  readonly #events: RequestEvents
  readonly #number = new NumberLine(() => this.#fail('not a number'))
  readonly #quick = new QuickCommand()
  #state = START
  #count = 0
  #index = 0
  /** Bytes of the present argument still to come, with its line end. */
  #left = 0
  #wanted = false
  #text = ''
  #name = ''
  #argument = ''
  /** Index of the argument that is the key; 0 while none is looked for. */
  #keyAt = 0
  #searching = false
  #headSaid = false
  readonly #budget = new HeadBudget()

  constructor(events: RequestEvents) {
    this.#events = events
  }

  stop(): void {
    this.#state = OPAQUE
  }

  read(chunk: Buffer): void {
    this.#readOn(chunk)
    const isSaid = this.#state === START || this.#state === OPAQUE || this.#headSaid
    // A long script before the key: it goes on without one.
    if (this.#budget.isSpent(chunk, isSaid)) this.#sayHead(this.#name, undefined)
  }

  #readOn(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      switch (this.#state) {
        case START:
          at = this.#start(chunk, at)
          break
        case COUNT:
          at = this.#number.read(chunk, at)
          if (this.#number.done) this.#gotCount(at)
          break
        case DOLLAR:
          at = this.#dollar(chunk, at)
          break
        case LENGTH:
          at = this.#number.read(chunk, at)
          if (this.#number.done) this.#gotLength()
          break
        case BODY:
          at = this.#body(chunk, at)
          break
        case INLINE:
          at = this.#inline(chunk, at)
          break
        default:
          return
      }
    }
  }

  #start(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0
    if (byte === 42) {
      const next = this.#quick.find(chunk, at)
      if (next > 0) return this.#gotQuick(chunk, next)
    }
    this.#budget.begins(at)
    this.#name = ''
    this.#argument = ''
    this.#text = ''
    this.#headSaid = false
    if (byte === 42) {
      this.#number.reset()
      this.#state = COUNT
      return at + 1
    }
    if (byte === 22) this.#fail('encrypted')
    else if (byte === 13 || byte === 10 || (byte >= 32 && byte < 127)) this.#state = INLINE
    else this.#fail('not the Redis protocol')
    return at
  }

  #gotQuick(chunk: Buffer, next: number): number {
    const { command, count, keyFrom, keyTo } = this.#quick
    const wantsKey = keyTo > 0 && this.#events.detail
    const to = Math.min(keyTo, keyFrom + maxKey)
    const key = wantsKey ? decode(chunk.toString('latin1', keyFrom, to)) : undefined
    this.#events.command(command?.name ?? '', key, count, '')
    this.#events.end(next)
    return next
  }

  #gotCount(at: number): void {
    const count = this.#number.value
    if (count > maxArguments) {
      this.#fail('too many arguments')
      return
    }
    if (count <= 0) {
      this.#sayHead('EMPTY', undefined)
      this.#end(at)
      return
    }
    this.#count = count
    this.#index = 0
    this.#keyAt = 0
    this.#searching = false
    this.#state = DOLLAR
  }

  #dollar(chunk: Buffer, at: number): number {
    if (chunk[at] !== 36) {
      this.#fail('expected $')
      return at
    }
    this.#number.reset()
    this.#state = LENGTH
    return at + 1
  }

  #gotLength(): void {
    const length = this.#number.value
    if (length < 0 || length > maxBulk) {
      this.#fail('bad length')
      return
    }
    this.#left = length + 2
    this.#text = ''
    const index = this.#index
    if (index === 0) {
      if (length > maxName) {
        this.#fail('not a command')
        return
      }
      this.#wanted = true
    } else {
      this.#wanted =
        !this.#headSaid && (index === this.#keyAt || this.#searching || index === 1) && length > 0
    }
    this.#state = BODY
  }

  #body(chunk: Buffer, at: number): number {
    const stop = Math.min(chunk.length, at + this.#left)
    const textLeft = this.#left - 2
    if (this.#wanted && textLeft > 0) {
      const to = Math.min(chunk.length, at + textLeft, at + maxKey - this.#text.length)
      if (this.#index === 0 && this.#text === '' && to === at + textLeft) {
        this.#text = commandName(chunk, at, to)
      } else if (to > at) this.#text += chunk.toString('latin1', at, to)
    }
    this.#left -= stop - at
    if (this.#left === 0) this.#gotArgument(stop)
    return stop
  }

  #gotArgument(at: number): void {
    if (!this.#headSaid) this.#look()
    this.#index++
    if (this.#state === OPAQUE) return
    if (this.#index < this.#count) {
      this.#state = DOLLAR
      return
    }
    if (!this.#headSaid) this.#sayHead(this.#name, undefined)
    if (this.#state !== OPAQUE) this.#end(at)
  }

  /** Decides, argument by argument, whether all is known that one wants to say. */
  #look(): void {
    const index = this.#index
    if (index === 0) {
      this.#lookAtName()
      return
    }
    if (index === 1) this.#argument = this.#text
    if (this.#searching) {
      const found = this.#text.toUpperCase() === 'STREAMS'
      if (found) {
        this.#searching = false
        this.#keyAt = index + 1
      }
      return
    }
    if (index !== this.#keyAt) {
      if (this.#keyAt === 0) this.#sayHead(this.#name, undefined)
      return
    }
    if (keyPlace(this.#name) === 'numkeys' && index === 2) {
      if (this.#text === '0') this.#sayHead(this.#name, undefined)
      else this.#keyAt = 3
      return
    }
    this.#sayHead(this.#name, decode(this.#text))
  }

  #lookAtName(): void {
    const name = this.#text.toUpperCase()
    this.#name = name
    if (name === 'HELLO' || name === 'CLIENT') return
    const place = this.#events.detail ? keyPlace(name) : 'none'
    if (place === 'none') this.#sayHead(name, undefined)
    else if (place === 'streams') this.#searching = true
    else this.#keyAt = place === 'numkeys' ? 2 : place
  }

  /** A line of words; the key of a quoted one is taken as it stands. */
  #inline(chunk: Buffer, at: number): number {
    const lineEnd = chunk.indexOf(10, at)
    const stop = lineEnd < 0 ? chunk.length : lineEnd + 1
    this.#text += chunk.toString('latin1', at, stop)
    if (this.#text.length > HEAD_LIMIT) this.#fail('line too long')
    else if (lineEnd >= 0) {
      const words = this.#text.trim().split(/\s+/)
      const name = words[0]?.toUpperCase() ?? ''
      if (name.length > maxName || !/^[\x20-\x7e\t]*$/.test(name)) this.#fail('not a command')
      else {
        const place = keyPlace(name)
        this.#argument = words[1] ?? ''
        this.#count = words.length
        const key = this.#events.detail && typeof place === 'number' ? words[place] : undefined
        this.#sayHead(name || 'EMPTY', key === undefined ? undefined : decode(key))
        if (this.#state !== OPAQUE) this.#end(stop)
      }
    }
    return stop
  }

  #sayHead(name: string, key: string | undefined): void {
    this.#headSaid = true
    this.#events.command(name, key, this.#count, this.#argument)
  }

  #end(at: number): void {
    this.#state = START
    this.#events.end(at)
  }

  #fail(why: string): void {
    this.#state = OPAQUE
    this.#events.unparsed(why)
  }
}

function decode(latin1: string): string {
  return /^[\x20-\x7e]*$/.test(latin1) ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8')
}
