import { HEAD_LIMIT } from '../../contracts/protocol.ts'
import type { Scanner } from '../common/sink.ts'
import { commandName } from './commands.ts'
import { HeadBudget } from './head-budget.ts'
import { KeyFinder } from './key-finder.ts'
import { type KeyPlace, keyPlace } from './key-places.ts'
import { NumberLine } from './number-line.ts'
import { QuickCommand } from './quick.ts'

/** A command as far as it is known; the next one is told in the same object. */
export interface Request {
  name: string
  key: string | undefined
  /** Further keys, or channels. */
  others: readonly string[] | undefined
  about: 'key' | 'channel'
  /** Arguments, with the name. */
  count: number
  /** The one after the name, kept only for HELLO and CLIENT. */
  argument: string
}

/** Hears of each command: `command` once its name and keys are known, then `end`. */
export interface RequestEvents {
  command(request: Request): void
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
/** Keys are told whole; longer than this, all that is looked at of a command is spent. */
const maxKey = HEAD_LIMIT

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
  readonly #keys = new KeyFinder()
  readonly #request: Request = {
    name: '',
    key: undefined,
    others: undefined,
    about: 'key',
    count: 0,
    argument: '',
  }
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
    // Long values before a key: it goes on with those that are known.
    if (this.#budget.isSpent(chunk, isSaid)) this.#sayHead()
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
      const next = this.#quick.find(chunk, at, this.#events.detail)
      if (next > 0) return this.#gotQuick(chunk, next)
    }
    this.#budget.begins(at)
    this.#request.name = ''
    this.#request.argument = ''
    this.#keys.begin(keyPlace('PING'), 0)
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
    const request = this.#request
    request.name = command?.name ?? ''
    request.key = keyTo > 0 ? decode(chunk.toString('latin1', keyFrom, keyTo)) : undefined
    request.others = undefined
    request.about = aboutOf(command?.keyPlace)
    request.count = count
    request.argument = ''
    this.#events.command(request)
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
      this.#request.name = 'EMPTY'
      this.#sayHead()
      this.#end(at)
      return
    }
    this.#count = count
    this.#index = 0
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
      this.#wanted = !this.#headSaid && (index === 1 || this.#keys.wants(index)) && length > 0
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
    if (!this.#headSaid) this.#sayHead()
    if (this.#state !== OPAQUE) this.#end(at)
  }

  /** Decides, argument by argument, whether all is known that one wants to say. */
  #look(): void {
    const index = this.#index
    if (index === 0) this.#lookAtName()
    else {
      if (index === 1) this.#request.argument = this.#text
      const isWanted = this.#keys.wants(index)
      if (this.#keys.took(index, isWanted ? decode(this.#text) : '')) this.#sayHead()
    }
  }

  #lookAtName(): void {
    const name = this.#text.toUpperCase()
    this.#request.name = name
    if (name === 'HELLO' || name === 'CLIENT') return
    const place = keyPlace(this.#events.detail ? name : 'PING')
    this.#request.about = aboutOf(place)
    this.#keys.begin(place, this.#count)
    if (place.by === 'none') this.#sayHead()
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
        this.#count = words.length
        const request = this.#request
        request.name = name || 'EMPTY'
        request.argument = words[1] ?? ''
        const place = keyPlace(this.#events.detail ? name : 'PING')
        request.about = aboutOf(place)
        this.#keys.begin(place, words.length)
        words.forEach((word, index) => {
          if (index > 0 && this.#keys.wants(index)) this.#keys.took(index, decode(word))
        })
        this.#sayHead()
        if (this.#state !== OPAQUE) this.#end(stop)
      }
    }
    return stop
  }

  #sayHead(): void {
    this.#headSaid = true
    const request = this.#request
    request.key = this.#keys.key
    request.others = this.#keys.others
    request.count = this.#count
    this.#events.command(request)
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

function aboutOf(place: KeyPlace | undefined): 'key' | 'channel' {
  return place?.by === 'range' ? place.about : 'key'
}

function decode(latin1: string): string {
  return /^[\x20-\x7e]*$/.test(latin1) ? latin1 : Buffer.from(latin1, 'latin1').toString('utf8')
}
