import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Direction } from './connection.ts'

/** One message on the wire, as its parser understood its beginning. Its bytes may still be coming. */
export interface Message {
  /** `upstream`: from the client (a request). `downstream`: from the server (a response, a push). */
  readonly direction: Direction
  /** Position in its direction of its connection, from 1. */
  readonly number: number
  /** `SET`, `Query`, `COMMIT`, `POST /orders`, `text`, `ErrorResponse`. */
  readonly kind: string
  /** The protocol's own name of it, where that is not its kind: `Query`, `Execute`. */
  readonly form?: string | undefined
  /** What it is about: a key, table, channel, path or database. */
  readonly key?: string | undefined
  /** What `key` is, where faults can match it by a field of that meaning alone. */
  readonly about?: 'key' | 'channel' | 'path' | undefined
  /** Further keys or channels of the same command. */
  readonly others?: readonly string[] | undefined
  /** PostgreSQL: the statements of a query; of an answer, the one it answers. */
  readonly statements?: readonly SqlStatement[] | undefined
  /** The `type` in a JSON frame; the status of a response. */
  readonly type?: string | undefined
  /** Trace id found in an SQL comment or a header. */
  readonly trace?: string | undefined
  /** Error code of a response: `READONLY`, `40001`, `503`. */
  readonly error?: string | undefined
  /** What a response asks of its client beyond its error, for the journal: `retry-after: 2`. */
  readonly asks?: string | undefined
  /** Text to match against: method and target, a small text frame. That of SQL is in `statements`. */
  readonly text?: string | undefined
  /** HTTP: bytes before its body. */
  readonly headLength?: number | undefined
  /** Downstream: number of the request it answers. Absent on pushes. */
  readonly answers?: number | undefined
  /** Downstream: no further message answers that request. Default true. */
  readonly final?: boolean | undefined
  /** Downstream: the server waits for more of that request, so the client must learn of it. */
  readonly invites?: boolean | undefined
  /** A further part of the same message follows, maybe behind others: nothing goes between. */
  readonly more?: boolean | undefined
  /** Upstream: the server will answer this one. Default false. */
  readonly awaited?: boolean | undefined
  /** The protocol's housekeeping (Bind, Sync, DataRow): neither counted nor written to the journal. */
  readonly minor?: boolean | undefined
}

/** What faults match of one SQL statement. */
export interface SqlStatement {
  /**
   * Its first keyword: `SELECT`, `INSERT`, `COMMIT`; behind WITH the verb that follows. `START`, `END`
   * and `ABORT` are BEGIN, COMMIT and ROLLBACK. `EMPTY` where there is none.
   */
  readonly kind: string
  /**
   * The tables and views it names as such, as PostgreSQL folds their names, without `public.`; first
   * the one that it is about. Names of its WITH queries are none.
   */
  readonly tables: readonly string[]
  /** Of LISTEN, NOTIFY and UNLISTEN. */
  readonly channel: string | undefined
  /** As it was sent, with its comments, without the `;`. */
  readonly text: string
  /** What a standby says that it cannot execute: `INSERT`, `SELECT FOR UPDATE`. */
  readonly writes: string | undefined
}

/** A parser may look at this many bytes before it must call `begin` (or `unparsed`). */
export const HEAD_LIMIT = 64 * 1024
/** Of SQL it may look at this many: what a statement is about may stand behind its values. */
export const SQL_LIMIT = 1024 * 1024

/**
 * Where a parser tells what it found. Every byte pushed must come out through `bytes` exactly once
 * and in order: those of a message between its `begin` and `finish`, others (padding) outside.
 * `chunk, start, end` name a range so that nobody slices unless bytes must really move.
 */
export interface ParserOutput {
  begin(message: Message): void
  bytes(chunk: Buffer, start: number, end: number): void
  finish(): void
  /**
   * The rest of this connection cannot be understood (encrypted, another protocol, malformed):
   * hand out what is still held, and the rest of the chunk, through `bytes` first. Afterwards
   * `push` is not called again, in either direction, and all bytes pass untouched; an event
   * `unparsed` reports the reason. (The other direction's `end` is called to hand out its held bytes.)
   */
  unparsed(reason: string): void
}

/** One direction of one connection. Must never throw on any bytes; chunk borders mean nothing. */
export interface StreamParser {
  push(chunk: Buffer, out: ParserOutput): void
  /** The source said FIN: hand out held bytes. */
  end(out: ParserOutput): void
}

/** Both parsers of one connection; they usually share state (which request awaits an answer). */
export interface ProtocolSession {
  readonly upstream: StreamParser
  readonly downstream: StreamParser
  /** Set to false while nobody wants keys, traces and texts: counting kinds alone is cheaper. */
  detail?: boolean
  /** Absent where no message answers another. */
  readonly pending?: Unanswered
}

/** Requests that wait for their answers, by their numbers. */
export interface Unanswered {
  /** A toxic kept this request from the server: do not wait for its answer. */
  withdraw(number: number): void
  /**
   * A toxic sends this request so many times more: the server will answer each. False when it is no
   * longer known which answers are those, because the first has begun already.
   */
  repeat(number: number, times: number): boolean
}

/** A file in `protocols/` exports one as `protocol`; the registry finds it by listing the folder. */
export interface Protocol {
  /** The value of a proxy's `protocol` field. */
  readonly name: string
  open(): ProtocolSession
  /** Absent where TLS, if any, begins with the first byte. */
  readonly encryption?: Encryption
}

/** How a protocol comes to TLS on a connection that begins in plain. */
export interface Encryption {
  /** Its name in ALPN, which clients that begin TLS at once want to be answered with. */
  readonly alpn: string
  /** What to speak the client's TLS on, once it has asked for it. */
  answer(raw: Socket): Duplex
  /** What to speak TLS to the upstream on, once it has agreed. `raw` is not connected yet. */
  ask(raw: Socket): Duplex
}
