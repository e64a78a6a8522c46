import type {
  Message,
  ProtocolSession,
  SqlStatement,
  StreamParser,
} from '../../contracts/protocol.ts'
import { framedPair } from '../common/framed-pair.ts'
import { Parsed } from '../common/parsed.ts'
import { PENDING_LIMIT, Pending } from '../common/pending.ts'
import type { Scanner, Sink } from '../common/sink.ts'
import { clientForms, serverForms, wantedOfClient, wantedOfServer } from './forms.ts'
import { FrameReader } from './frame-reader.ts'
import { requestCodes } from './request-codes.ts'
import { lookAtSql, verbOf } from './sql.ts'
import { Statements } from './statements.ts'

interface Asked {
  readonly number: number
  readonly message: Parsed
  /** Ended by ReadyForQuery (`cycle`, `sync`), or by its own completion (`execute`). */
  readonly until: 'cycle' | 'execute' | 'sync'
}

const protocol3 = 3 << 16
const naming = /\b(?:prepare|declare)\b/i

/** PostgreSQL v3. Encrypted and replication connections pass unparsed. */
export class PostgresSession implements ProtocolSession {
  detail = true
  readonly pending = new Pending<Asked>()
  readonly #statements = new Statements()
  #client: FrameReader | undefined
  #server: FrameReader | undefined
  #asked = 0
  #said = 0
  /** The server ignores everything up to the next Sync, which the client has not sent yet. */
  #skipping = false
  /** Statements of the present query that are answered. */
  #completed = 0
  #encrypted = false
  #opaque: string | undefined
  readonly #pair = framedPair(
    sink => this.#requests(sink),
    sink => this.#answers(sink),
  )
  readonly upstream: StreamParser = this.#pair.upstream
  readonly downstream: StreamParser = this.#pair.downstream

  #requests(sink: Sink): Scanner {
    this.#client = new FrameReader('startup', {
      wants: type => wantedOfClient(type, this.detail),
      head: (type, body) => {
        const message = type === 0 ? this.#startup(body) : this.#request(type, body)
        if (message) sink.head(message)
        else sink.unparsed('not the PostgreSQL protocol')
      },
      end: offset => {
        sink.end(offset)
        if (this.pending.size > PENDING_LIMIT) sink.unparsed('too many statements unanswered')
      },
      unparsed: why => sink.unparsed(why),
    })
    return this.#client
  }

  #answers(sink: Sink): Scanner {
    this.#server = new FrameReader('typed', {
      wants: wantedOfServer,
      head: (type, body) => sink.head(this.#answer(type, body)),
      end: offset => {
        sink.end(offset)
        if (this.#encrypted) sink.unparsed('encrypted')
        else if (this.#opaque !== undefined) sink.unparsed(this.#opaque)
      },
      unparsed: why => sink.unparsed(why),
    })
    return this.#server
  }

  #startup(body: Buffer): Parsed | undefined {
    const code = body.length >= 4 ? body.readInt32BE(0) : 0
    const number = ++this.#asked
    if (code === requestCodes.ssl || code === requestCodes.gss) {
      if (this.#server) this.#server.framing = 'byte'
      return minor(number, code === requestCodes.ssl ? 'SSLRequest' : 'GSSENCRequest')
    }
    if (code === requestCodes.cancel) return new Parsed('upstream', number, 'CANCEL')
    if (code >> 16 !== protocol3 >> 16) return undefined
    if (this.#client) this.#client.framing = 'typed'
    const parameters = body.toString('utf8', 4).split('\0')
    const database = parameters[parameters.indexOf('database') + 1]
    return this.#ask(new Parsed('upstream', number, 'STARTUP', database), 'cycle')
  }

  #request(type: number, body: Buffer): Parsed {
    const number = ++this.#asked
    const form = clientForms[type] ?? ''
    switch (form) {
      case 'Query':
        return this.#query(number, body)
      case 'Parse':
        this.#parse(body)
        break
      case 'Bind': {
        const [portal = '', prepared = ''] = strings(body, 0)
        this.#statements.bind(portal, prepared)
        break
      }
      case 'Close':
        this.#statements.close(String.fromCharCode(body[0] ?? 0), strings(body, 1)[0] ?? '')
        break
      case 'Execute':
        return this.#execute(number, body)
      case 'FunctionCall':
        return this.#ask(new Parsed('upstream', number, 'FUNCTION'), 'cycle')
      case 'Sync':
        return this.#sync(number)
    }
    return minor(number, form)
  }

  #query(number: number, body: Buffer): Parsed {
    const sql = cString(body)
    const verb = this.detail ? undefined : verbOf(sql)
    if (verb !== undefined && !mayName(verb, sql)) {
      return this.#ask(new Parsed('upstream', number, verb), 'cycle')
    }
    const { statements, trace } = lookAtSql(sql)
    const known = this.#statements.resolve(statements)
    const message = about('upstream', number, known[0])
    message.form = 'Query'
    message.statements = known
    message.trace = trace
    return this.#ask(message, 'cycle')
  }

  #parse(body: Buffer): void {
    const nameEnd = body.indexOf(0)
    if (nameEnd < 0) return
    const sql = cString(body.subarray(nameEnd + 1))
    const { statements, trace } = lookAtSql(sql)
    const [statement] = this.#statements.resolve(statements)
    const name = body.toString('utf8', 0, nameEnd)
    if (statement) this.#statements.prepare(name, { statement, trace })
  }

  #execute(number: number, body: Buffer): Parsed {
    const executed = this.#statements.executed(cString(body))
    const message = about('upstream', number, executed?.statement, 'EXECUTE')
    message.form = 'Execute'
    message.statements = executed && [executed.statement]
    message.trace = executed?.trace
    return this.#skipping ? message : this.#ask(message, 'execute')
  }

  #sync(number: number): Parsed {
    this.#skipping = false
    return this.#ask(minor(number, 'Sync'), 'sync')
  }

  #ask(message: Parsed, until: Asked['until']): Parsed {
    message.awaited = true
    this.pending.push({ number: message.number, message, until })
    return message
  }

  #answer(type: number, body: Buffer): Message {
    const number = ++this.#said
    const form = serverForms[type]
    const oldest = this.pending.oldest
    const error = form === 'ErrorResponse' ? sqlState(body) : undefined
    switch (form) {
      case undefined:
        // The bare byte that answers a request for encryption.
        this.#encrypted = type !== 78
        return minor(number, 'EncryptionResponse', 'downstream')
      case 'NotificationResponse':
        return notification(number, cString(body.subarray(4)))
      case 'CopyBothResponse':
        this.#opaque = 'replication stream'
        break
      case 'ReadyForQuery':
        return this.#ready(number, body)
      case 'ErrorResponse':
        return this.#failed(number, error ?? 'unknown')
      case 'CommandComplete':
      case 'EmptyQueryResponse':
      case 'PortalSuspended': {
        if (!oldest || oldest.until === 'sync') break
        const message = this.#answerTo(oldest, number, undefined)
        message.form = form
        message.final = oldest.until === 'execute'
        if (message.final) this.pending.shift()
        return message
      }
    }
    const part = partOf(oldest, minor(number, form, 'downstream'))
    part.invites = form === 'CopyInResponse' || form === 'Authentication'
    return part
  }

  /** Each statement of a query is answered by itself, in their order. */
  #answerTo({ message: asked, until }: Asked, number: number, error: string | undefined): Parsed {
    const { statements } = asked
    if (until !== 'cycle' || !statements || statements.length === 1) {
      return Parsed.answer(number, asked, error)
    }
    const statement = statements[this.#completed++]
    const message = about('downstream', number, statement)
    message.statements = statement && [statement]
    message.answers = asked.number
    message.trace = asked.trace
    message.error = error
    return message
  }

  /** Ends the oldest cycle: a query, or what a Sync closes. */
  #ready(number: number, body: Buffer): Message {
    const message = minor(number, 'ReadyForQuery', 'downstream')
    message.text = String.fromCharCode(body[0] ?? 0)
    this.#completed = 0
    let ended = this.pending.shift()
    while (ended?.until === 'execute') ended = this.pending.shift()
    if (ended) message.answers = ended.number
    return message
  }

  /** After an error the server ignores the rest of an extended cycle. */
  #failed(number: number, error: string): Message {
    const oldest = this.pending.oldest
    if (!oldest || oldest.until === 'sync') {
      const message = new Parsed('downstream', number, 'error')
      message.form = 'ErrorResponse'
      message.error = error
      if (!oldest) this.#skipping = true
      return partOf(oldest, message)
    }
    const message = this.#answerTo(oldest, number, error)
    message.form = 'ErrorResponse'
    message.final = oldest.until === 'execute'
    if (oldest.until === 'cycle') return message
    while (this.pending.oldest?.until === 'execute') this.pending.shift()
    this.#skipping = this.pending.oldest === undefined
    return message
  }
}

/** A message that carries, or answers, this statement first of all. */
function about(
  direction: 'upstream' | 'downstream',
  number: number,
  statement: SqlStatement | undefined,
  otherwise = 'EMPTY',
): Parsed {
  const { kind = otherwise, tables, channel } = statement ?? {}
  const message = new Parsed(direction, number, kind, tables?.[0] ?? channel)
  if (channel !== undefined) message.about = 'channel'
  return message
}

function notification(number: number, channel: string): Parsed {
  const message = new Parsed('downstream', number, 'notification', channel)
  message.about = 'channel'
  return message
}

/** Whether it may prepare a statement or declare a cursor, of which one has to know later. */
function mayName(verb: string, sql: string): boolean {
  if (verb === 'PREPARE' || verb === 'DECLARE') return true
  const end = sql.indexOf(';')
  return end >= 0 && end < sql.length - 1 && naming.test(sql)
}

/** What belongs to an answer that goes on. */
function partOf(asked: Asked | undefined, message: Parsed): Parsed {
  if (!asked) return message
  message.answers = asked.number
  message.final = false
  return message
}

function minor(number: number, kind: string, direction: 'upstream' | 'downstream' = 'upstream') {
  const message = new Parsed(direction, number, kind)
  message.minor = true
  return message
}

function cString(body: Buffer): string {
  const end = body.indexOf(0)
  return body.toString('utf8', 0, end < 0 ? body.length : end)
}

/** The first two texts from `from` on. */
function strings(body: Buffer, from: number): string[] {
  const end = body.indexOf(0, from)
  if (end < 0) return [body.toString('utf8', from)]
  return [body.toString('utf8', from, end), cString(body.subarray(end + 1))]
}

/** The field `C` of an error. */
function sqlState(body: Buffer): string {
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const end = body.indexOf(0, at + 1)
    if (end < 0) break
    if (body[at] === 67) return body.toString('latin1', at + 1, end)
    at = end + 1
  }
  return 'unknown'
}
