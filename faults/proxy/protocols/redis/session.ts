import type { Message, ProtocolSession, StreamParser } from '../../contracts/protocol.ts'
import { framedPair } from '../common/framed-pair.ts'
import { Parsed } from '../common/parsed.ts'
import { PENDING_LIMIT, Pending } from '../common/pending.ts'
import type { Scanner, Sink } from '../common/sink.ts'
import { ReplyParser } from './reply-parser.ts'
import { type Request, RequestParser } from './request-parser.ts'

const subscribing = new Set([
  'SUBSCRIBE',
  'PSUBSCRIBE',
  'SSUBSCRIBE',
  'UNSUBSCRIBE',
  'PUNSUBSCRIBE',
  'SUNSUBSCRIBE',
])
const confirmations = new Set([...subscribing].map(name => name.toLowerCase()))
const pushWords = new Set(['message', 'pmessage', 'smessage', ...confirmations])

/** Confirmations of one (un)subscribe: one for each of its channels. */
interface Owed {
  readonly total: number
  left: number
}

/**
 * Redis, RESP2 and RESP3. Replies are matched to commands by order, and so are the confirmations of
 * an (un)subscribe; pushes and pub/sub messages stand outside of it. After PSYNC, SYNC, MONITOR and
 * CLIENT REPLY the connection is unparsed.
 */
export class RedisSession implements ProtocolSession {
  detail = true
  readonly pending = new Pending<Parsed>()
  /** Confirmations still to come, of each (un)subscribe in `pending`. */
  readonly #owed = new Map<number, Owed>()
  /** The protocol version that a HELLO in `pending` asked for. */
  readonly #hellos = new Map<number, string>()
  #asked = 0
  #said = 0
  #inMulti = false
  #resp3 = false
  #mayBePush = false
  #opaqueAfter: string | undefined
  #monitors = false
  readonly #pair = framedPair(
    sink => this.#requests(sink),
    sink => this.#replies(sink),
  )
  readonly upstream: StreamParser = this.#pair.upstream
  readonly downstream: StreamParser = this.#pair.downstream

  #requests(sink: Sink): Scanner {
    const session = this
    return new RequestParser({
      get detail() {
        return session.detail
      },
      command: request => sink.head(session.#command(request)),
      end: offset => {
        sink.end(offset)
        if (session.#opaqueAfter !== undefined) sink.unparsed(session.#opaqueAfter)
      },
      unparsed: why => sink.unparsed(why),
    })
  }

  #replies(sink: Sink): Scanner {
    const session = this
    return new ReplyParser({
      get mayBePush() {
        return session.#mayBePush
      },
      reply: (type, error, words) => sink.head(session.#reply(type, error, words)),
      end: offset => {
        sink.end(offset)
        if (session.#monitors) sink.unparsed('MONITOR')
      },
      unparsed: why => sink.unparsed(why),
    })
  }

  #command({ name, key, others, about, count, argument }: Request): Message {
    const message = new Parsed('upstream', ++this.#asked, name, key)
    message.about = about
    message.others = others
    if (name === 'EMPTY') {
      message.minor = true
      return message
    }
    const isSubscribing = subscribing.has(name)
    if (isSubscribing && !this.#resp3) this.#mayBePush = true
    else if (name === 'PSYNC' || name === 'SYNC') this.#opaqueAfter = 'replication stream'
    else if (name === 'CLIENT' && argument.toUpperCase() === 'REPLY') {
      this.#opaqueAfter = 'CLIENT REPLY'
    }
    if (this.pending.size >= PENDING_LIMIT) this.#opaqueAfter = 'too many commands unanswered'
    message.awaited = true
    if (this.#inMulti) message.form = 'queued'
    if (name === 'MULTI') this.#inMulti = true
    else if (name === 'EXEC' || name === 'DISCARD' || name === 'RESET') this.#inMulti = false
    if (isSubscribing) this.#owe(message.number, Math.max(1, count - 1))
    else if (name === 'HELLO') this.#hellos.set(message.number, argument)
    this.pending.push(message)
    return message
  }

  #reply(type: number, error: string | undefined, words: readonly string[]): Message {
    const number = ++this.#said
    const word = words[0] ?? ''
    if (type === 62 || (this.#mayBePush && pushWords.has(word))) {
      return this.#push(number, word, words)
    }
    const answered = this.pending.shift()
    if (answered === undefined) {
      const unasked = new Parsed('downstream', number, 'reply')
      unasked.error = error
      return unasked
    }
    if (error === undefined) this.#accepted(answered)
    if (this.#hellos.size > 0) this.#hellos.delete(answered.number)
    if (this.#owed.size > 0) this.#owed.delete(answered.number)
    return Parsed.answer(number, answered, error)
  }

  #owe(number: number, total: number): void {
    // What a toxic kept from the server is never confirmed.
    if (this.pending.size === 0) this.#owed.clear()
    this.#owed.set(number, { total, left: total })
  }

  #push(number: number, word: string, words: readonly string[]): Message {
    const channel = word === 'pmessage' ? words[2] : words[1]
    const message = new Parsed('downstream', number, word, channel)
    message.about = 'channel'
    if (confirmations.has(word)) this.#confirms(message, words.at(-1) === '0')
    return message
  }

  #confirms(message: Parsed, isLast: boolean): void {
    message.minor = true
    this.#confirmed(message)
    // Arrays are replies again, whatever their first word is.
    if (isLast && this.#owed.size === 0) this.#mayBePush = false
  }

  #confirmed(message: Parsed): void {
    const oldest = this.pending.oldest
    // One that nobody asked for tells that a slot has moved.
    if (oldest?.kind !== message.kind.toUpperCase()) return
    message.answers = oldest.number
    const owed = this.#owed.get(oldest.number)
    if (owed) owed.left--
    message.final = !owed || owed.left === 0
    if (!message.final) return
    this.pending.shift()
    // Sent twice, it is confirmed twice.
    if (owed && this.pending.oldest === oldest) owed.left = owed.total
    else this.#owed.delete(oldest.number)
  }

  #accepted({ kind, number }: Parsed): void {
    if (kind === 'MONITOR') this.#monitors = true
    else if (kind === 'RESET') {
      this.#resp3 = false
      this.#mayBePush = false
    } else if (kind === 'HELLO') {
      const version = this.#hellos.get(number)
      if (version === '3') this.#mayBePush = false
      if (version === '3' || version === '2') this.#resp3 = version === '3'
    }
  }
}
