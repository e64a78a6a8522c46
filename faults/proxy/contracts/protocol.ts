import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Random } from '../base/random.ts'
import type { Deadlines } from '../time/timer-queue.ts'
import type { ConnectionFacts, Direction, Ending } from './toxic.ts'

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
  /** Key, table, channel or path it is about. */
  readonly key?: string | undefined
  /** Trace id found in an SQL comment or a header. */
  readonly trace?: string | undefined
  /** Error code of a response: `READONLY`, `40001`, `503`. */
  readonly error?: string | undefined
  /** Text to match against (the SQL, the command with its arguments), at most `HEAD_LIMIT` bytes. */
  readonly text?: string | undefined
  /** HTTP: bytes before its body. */
  readonly headLength?: number | undefined
  /** Downstream: number of the request it answers. Absent on pushes. */
  readonly answers?: number | undefined
  /** Downstream: no further message answers that request. Default true. */
  readonly final?: boolean | undefined
  /** Upstream: the server will answer this one. Default false. */
  readonly awaited?: boolean | undefined
  /** The protocol's housekeeping (Bind, Sync, DataRow): neither counted nor written to the journal. */
  readonly minor?: boolean | undefined
}

/** A parser may look at this many bytes before it must call `begin` (or `unparsed`). */
export const HEAD_LIMIT = 64 * 1024

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

/** What a message-level toxic knows and may do outside the answers it gives. */
export interface Session {
  readonly connection: ConnectionFacts
  /** The toxic's own. */
  readonly stream: Direction
  readonly deadlines: Deadlines
  readonly random: Random
  /** `first`, `every`, `probability` of the toxic: is this match one to hit? Call once per match. */
  chosen(): boolean
  /** Sends bytes of ours to one side, between two messages of that direction. */
  inject(direction: Direction, bytes: Buffer): void
  close(how: Ending): void
}

/** What shall happen to a message. */
export type Verdict =
  | { readonly do: 'pass' }
  | { readonly do: 'drop' }
  /** Held for `ms`, later messages behind it; `overtake`: later ones may pass it. */
  | { readonly do: 'delay'; readonly ms: number; readonly overtake?: boolean }
  /**
   * `times` copies more (default 1), or as often `again` in place of a copy. Further answers are kept
   * from the client. Needs the whole message: beyond BUFFER_LIMIT, or COPIES_LIMIT with all its copies,
   * it passes once, and so does a request whose answer began before its end.
   */
  | { readonly do: 'duplicate'; readonly times?: number; readonly again?: Buffer }
  /** Passes unchanged, and its bytes are shown. The next toxic is asked too; nothing has landed. */
  | { readonly do: 'watch'; look(bytes: Buffer): void }
  /** Let `by` later messages of this direction go first (default 1), but wait `withinMs` at most. */
  | { readonly do: 'reorder'; readonly by?: number; readonly withinMs: number }
  /** Each byte range of the message on its way; `offset` counts from the message's first byte. */
  | { readonly do: 'corrupt'; change(bytes: Buffer, offset: number): Buffer }
  /** What `change` makes of the whole message goes on; beyond BUFFER_LIMIT it passes unchanged. */
  | { readonly do: 'rewrite'; change(whole: Buffer): Buffer }
  /** These bytes go on in its place. */
  | { readonly do: 'replace'; readonly bytes: Buffer }
  /** Upstream only: not forwarded; these bytes reach the client when its turn has come. */
  | { readonly do: 'answer'; readonly bytes: Buffer; readonly ending?: Ending }
  /** At most so many bytes per second. */
  | { readonly do: 'throttle'; readonly bytesPerSecond: number }
  /**
   * Ends the connection. `before`: nothing of it is forwarded. `middle`: its first `at` bytes are
   * (default half of what is known, at least 1). `after`: all of it is, and no later byte in
   * either direction. For an awaited request the end comes when its answer arrives, so the server
   * has surely done it, and the answer is not passed on: the lost acknowledgement.
   * `farewell` goes to the client first (a WebSocket close frame, a FATAL error).
   */
  | {
      readonly do: 'cut'
      readonly when: 'before' | 'middle' | 'after'
      readonly at?: number
      readonly how: Ending
      readonly farewell?: Buffer
    }

/** Verdicts that need a whole message keep at most this much of it. */
export const BUFFER_LIMIT = 1024 * 1024
/** What the copies of one message may come to. */
export const COPIES_LIMIT = 4 * BUFFER_LIMIT

/** A message-level toxic on one connection; state between messages is its own. */
export interface MessageStage {
  /**
   * Asked once per message of the toxic's `stream` (of both with `sees: 'both'`), when its head is
   * known, in order of the wire. It is not asked about the message that was under way when the
   * toxic was added. The first toxic that answers neither `pass` nor `watch` decides. It has landed
   * on that message when its verdict was really carried out.
   */
  message(message: Message): Verdict
  /** All bytes of a message have been seen (not: delivered). */
  finished?(message: Message): void
  updated?(): void
  destroy?(): void
}

export const PASS: Verdict = { do: 'pass' }
