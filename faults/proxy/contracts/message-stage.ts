import type { Random } from '../base/random.ts'
import type { TimerQueue } from '../time/timer-queue.ts'
import type { ConnectionFacts, Direction, Ending } from './connection.ts'
import type { Message } from './protocol.ts'

/** What a message-level toxic knows and may do outside the answers it gives. */
export interface Session {
  readonly connection: ConnectionFacts
  /** The toxic's own. */
  readonly stream: Direction
  readonly timers: TimerQueue
  readonly random: Random
  /** `first`, `every`, `probability` of the toxic: is this match one to hit? Call once per match. */
  chosen(): boolean
  /** Sends bytes of ours to one side, between two messages of that direction. */
  inject(direction: Direction, bytes: Buffer): void
  close(how: Ending): void
}

/** What shall happen to a message. */
export type MessageAction =
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
  /** These bytes go on in its place: an answer with this `error`, where they are one. */
  | { readonly do: 'replace'; readonly bytes: Buffer; readonly error?: string }
  /** Upstream only: not forwarded; these bytes, an `error`, reach the client in their turn. */
  | {
      readonly do: 'answer'
      readonly bytes: Buffer
      readonly error: string
      /** What it asks of the client, as `Message.asks`. */
      readonly asks?: string
      readonly ending?: Ending
    }
  /** At most so many bytes per second. */
  | { readonly do: 'throttle'; readonly bytesPerSecond: number }
  /**
   * Ends the connection. `before`: nothing of it is forwarded. `middle`: its first `at` bytes are
   * (default half of what is known, at least 1), or as many of each range as `share` says, until its
   * end. `after`: all of it is, and no later byte in
   * either direction. For an awaited request the end comes when its answer arrives, so the server
   * has surely done it, and the answer is not passed on: the lost acknowledgement.
   * `farewell` goes to the client first (a WebSocket close frame, a FATAL error with this `error`).
   */
  | {
      readonly do: 'cut'
      readonly when: 'before' | 'middle' | 'after'
      readonly at?: number
      readonly share?: (bytes: Buffer) => { readonly passes: number; readonly isEnd: boolean }
      readonly how: Ending
      readonly farewell?: Buffer
      readonly error?: string
    }

/** Actions that need a whole message keep at most this much of it. */
export const BUFFER_LIMIT = 1024 * 1024
/** What the copies of one message may come to. */
export const COPIES_LIMIT = 4 * BUFFER_LIMIT

/** A message-level toxic on one connection; state between messages is its own. */
export interface MessageStage {
  /**
   * Asked once per message of the toxic's `stream` (of both with `sees: 'both'`), when its head is
   * known, in order of the wire. It is not asked about the message that was under way when the
   * toxic was added. The first toxic that answers neither `pass` nor `watch` decides. It has landed
   * on that message when its action was really carried out.
   */
  message(message: Message): MessageAction
  /** All bytes of a message have been seen (not: delivered). */
  finished?(message: Message): void
  updated?(): void
  /**
   * The connection would be wrong without this stage: an answer is missing, a transaction is spoilt.
   * A silent removal leaves such a stage in its place. Default false.
   */
  unfinished?(): boolean
  /** The toxic was removed, or the connection is gone. Where it is `unfinished`, it must end it. */
  destroy?(): void
}

export const PASS: MessageAction = { do: 'pass' }
