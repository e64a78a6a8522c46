import type { Duration } from '../base/duration.ts'
import type { Json } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import type { Workload } from '../model/workload.ts'

/** What a client sends: its id comes back to all who see it. */
export interface SocketMessage {
  /** Unique in the run: made from `random` and the number. */
  readonly id: string
  readonly text: string
}

/** What a frame from the service is to a client. */
export type Received =
  /** A message of a channel, to everybody in it; `seq` grows with each. */
  | {
      readonly kind: 'message'
      readonly seq: number
      readonly id: string
      readonly text?: string
      /** Where frames say it, so that one of another channel is seen; default the client's own. */
      readonly channel?: string
    }
  /** To the sender: it is kept, and everybody will see it. */
  | { readonly kind: 'confirmed'; readonly id: string; readonly seq?: number }
  /** To the sender: it is not. `unknown`: it may be. */
  | {
      readonly kind: 'refused'
      readonly id: string
      readonly error: string
      /** The service's own word for it, by which checks tell refusals apart. */
      readonly code?: string
      readonly unknown?: boolean
    }
  /** From now on the channel is heard; default the client's own. */
  | { readonly kind: 'subscribed'; readonly channel?: string }

/** How a service and its clients talk. */
export interface SocketDialect {
  /** Where a client connects, and what it has seen: `/rooms/${channel}?after=${after}`. */
  readonly path: (channel: string, after: number, client: number) => string
  /** The frame by which it is sent; default `{ type: 'send', channel, id, text }`. Sent as JSON. */
  readonly send?: (message: SocketMessage, channel: string) => Json
  /** What a frame means; it is parsed where it is JSON. Undefined: nothing to a client. */
  readonly read: (frame: unknown) => Received | undefined
  /** The service says when a channel is heard (`subscribed`); default false: as soon as it is open. */
  readonly greets?: boolean
  /** A client that hears nothing for so long, not even a ping, comes back on another connection. */
  readonly silentAtMost?: Duration
}

export interface SocketTrafficOptions extends SocketDialect {
  /** How checks, plots and the journal call it; default `sockets`. */
  readonly name?: string
  /** Messages a second, of all connections together. */
  readonly perSecond: Workload['perSecond']
  /** Which service; needed where clients reach several. */
  readonly to?: string
  /** Default 20, spread over the instances. */
  readonly connections?: number
  /** Rooms, topics; each client hears one. Default 4. */
  readonly channels?: number
  /** Chance comes from `random` alone; default a text with a fresh id. */
  readonly message?: (random: Random, number: number) => SocketMessage
  /** How long a sender waits to be told; default '4s'. */
  readonly giveUp?: Duration
}
