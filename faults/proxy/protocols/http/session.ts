import type { ProtocolSession, StreamParser } from '../../contracts/protocol.ts'
import { framedPair } from '../common/framed-pair.ts'
import { Parsed } from '../common/parsed.ts'
import { PENDING_LIMIT, Pending } from '../common/pending.ts'
import type { Scanner, Sink } from '../common/sink.ts'
import { FrameScanner } from '../websocket/frame-scanner.ts'
import {
  type Head,
  pathOf,
  readRequestLine,
  readStatus,
  retryAfterOf,
  routeOf,
  traceOf,
} from './head.ts'
import { type Body, HttpReader } from './http-reader.ts'

interface Asked {
  readonly number: number
  readonly message: Parsed
  readonly method: string
  readonly upgrade: string | undefined
}

const atOnce: Body = { ends: 'at once' }

/** HTTP/1.1, and WebSocket once it was agreed on. Other upgrades and tunnels pass unparsed. */
export class HttpSession implements ProtocolSession {
  detail = true
  readonly pending = new Pending<Asked>()
  #asked = 0
  #said = 0
  #requests: HttpReader | undefined
  #fromClient: FrameScanner | undefined
  #fromServer: FrameScanner | undefined
  #opaque: string | undefined
  readonly #pair = framedPair(
    sink => this.#client(sink),
    sink => this.#server(sink),
  )
  readonly upstream: StreamParser = this.#pair.upstream
  readonly downstream: StreamParser = this.#pair.downstream

  #client(sink: Sink): Scanner {
    const requests = new HttpReader({
      head: head => this.#request(head, sink),
      end: offset => {
        sink.end(offset)
        if (this.pending.size > PENDING_LIMIT) sink.unparsed('too many requests unanswered')
      },
      unparsed: why => sink.unparsed(why),
    })
    this.#requests = requests
    return {
      read: chunk => {
        const at = requests.read(chunk, 0)
        if (!requests.switched) return
        this.#fromClient ??= this.#frames('upstream', sink)
        this.#fromClient.read(chunk, at)
      },
    }
  }

  #server(sink: Sink): Scanner {
    const responses = new HttpReader({
      head: head => this.#response(head, sink),
      end: offset => {
        sink.end(offset)
        if (this.#opaque !== undefined) sink.unparsed(this.#opaque)
      },
      unparsed: why => sink.unparsed(why),
    })
    return {
      read: chunk => {
        const at = responses.read(chunk, 0)
        if (!responses.switched) return
        this.#fromServer ??= this.#frames('downstream', sink)
        this.#fromServer.read(chunk, at)
      },
    }
  }

  #frames(direction: 'upstream' | 'downstream', sink: Sink): FrameScanner {
    const session = this
    return new FrameScanner(direction === 'upstream', {
      get detail() {
        return session.detail
      },
      frame: ({ kind, form, type, key, error, text, minor, more }) => {
        const number = direction === 'upstream' ? ++session.#asked : ++session.#said
        const message = new Parsed(direction, number, kind, key)
        message.about = 'channel'
        message.form = form
        message.type = type ?? form
        message.error = error
        message.text = text
        message.minor = minor
        message.more = more
        sink.head(message)
      },
      end: offset => sink.end(offset),
      unparsed: why => sink.unparsed(why),
    })
  }

  #request(head: Head, sink: Sink): Body | undefined {
    const line = readRequestLine(head.start)
    if (!line) return undefined
    const { method, target } = line
    const number = ++this.#asked
    const kind = `${method} ${routeOf(target)}`
    const message = new Parsed('upstream', number, kind, pathOf(target))
    message.about = 'path'
    message.trace = traceOf(head)
    message.text = `${method} ${target}`
    message.awaited = true
    const upgrade = head.headers.get('upgrade')?.toLowerCase()
    if (upgrade !== undefined) message.form = 'upgrade'
    this.pending.push({ number, message, method, upgrade })
    sink.head(message)
    return bodyOf(head, atOnce)
  }

  #response(head: Head, sink: Sink): Body | undefined {
    const status = readStatus(head.start)
    if (status === undefined) return undefined
    const isInterim = status >= 100 && status < 200 && status !== 101
    const asked = isInterim ? this.pending.oldest : this.pending.shift()
    const error = status >= 400 ? `${status}` : undefined
    const number = ++this.#said
    const message = asked
      ? Parsed.answer(number, asked.message, error)
      : new Parsed('downstream', number, 'response')
    const isBare = isInterim || status === 204 || status === 304 || asked?.method === 'HEAD'
    const body = isBare ? atOnce : bodyOf(head, { ends: 'with the connection' })
    message.type = `${status}`
    message.form = body?.ends
    message.headLength = head.length
    message.asks = retryAfterOf(head)
    if (isInterim) {
      // 100, 102, 103: the answer is still to come.
      message.final = false
      message.invites = true
      message.minor = true
    }
    sink.head(message)
    if (status === 101) return this.#upgraded(asked?.upgrade)
    if (asked?.method === 'CONNECT' && status < 300) {
      this.#opaque = 'tunnel'
      return atOnce
    }
    return body
  }

  #upgraded(protocol: string | undefined): Body {
    if (protocol !== 'websocket') {
      this.#opaque = `upgraded to ${protocol ?? 'an unknown protocol'}`
      return atOnce
    }
    this.#requests?.switch()
    return { ends: 'switch' }
  }
}

function bodyOf(head: Head, otherwise: Body): Body | undefined {
  const encoding = head.headers.get('transfer-encoding')?.toLowerCase()
  if (encoding !== undefined && encoding !== 'identity') {
    return /\bchunked$/.test(encoding) ? { ends: 'chunked' } : otherwise
  }
  const length = head.headers.get('content-length')
  if (length === undefined) return otherwise
  return /^\d{1,15}$/.test(length) ? { ends: 'after', length: Number(length) } : undefined
}
