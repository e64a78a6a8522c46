import type { MatchInput } from './protocols/faults/match.ts'
import type { RedisError } from './protocols/faults/redis-errors.ts'

/** Which messages: every field given must fit. Texts are globs, or lists of them. */
export type MatchOrder = MatchInput

/** Which of the matching messages are hit, counted from 1 over all connections of the link. */
export interface HitsOrder {
  /** Leaves the first so many alone. */
  readonly skip?: number
  /** Hits at most so many, then passes everything. */
  readonly first?: number
  /** Hits each n-th. */
  readonly every?: number
  readonly probability?: number
}

type When = 'before' | 'middle' | 'after'
type How = 'rst' | 'fin'

/** What each message toxic takes beside `match`; times in ms, rates in bytes per second. */
export interface MessageToxicAttributes {
  readonly message_delay: {
    readonly delay: number
    readonly jitter?: number
    readonly overtake?: boolean
  }
  readonly message_drop: Record<never, never>
  readonly message_duplicate: { readonly times?: number }
  readonly message_reorder: { readonly by?: number; readonly within?: number }
  readonly message_corrupt: { readonly offset?: number; readonly count?: number }
  readonly message_cut: { readonly when: When; readonly how?: How; readonly bytes?: number }
  readonly postgres_error: { readonly code: string; readonly message?: string }
  readonly redis_error: {
    readonly error: RedisError
    readonly message?: string
    readonly slot?: number
    readonly address?: string
  }
  readonly http_error: {
    readonly status: number
    readonly retry_after?: number
    readonly body?: string
  }
  readonly http_slow_body: { readonly rate: number }
  readonly http_cut_body: { readonly bytes?: number; readonly how?: How }
  readonly websocket_plain: Record<never, never>
  readonly websocket_close: { readonly code: number; readonly reason?: string }
}

export type MessageToxicType = keyof MessageToxicAttributes

/** What each toxic on whole connections takes, of those beyond Toxiproxy's; times in ms. */
export interface ConnectionToxicAttributes {
  readonly fin: { readonly after?: number; readonly bytes?: number }
  readonly rst: { readonly after?: number; readonly bytes?: number }
  readonly half_open: { readonly after?: number }
  readonly packet_loss: { readonly probability?: number; readonly rto?: number }
  readonly connect_timeout: Record<never, never>
}

export interface ToxicAttributes extends MessageToxicAttributes, ConnectionToxicAttributes {}

export type ToxicType = keyof ToxicAttributes

/** Which connections. Without it all. */
export interface ConnectionsOrder {
  /** `127.0.0.1` (any port of it) or `127.0.0.1:40312`. */
  readonly client: string
}

/** A toxic beyond Toxiproxy's to be put on a proxy. */
export interface ToxicOrder<Type extends ToxicType = ToxicType> {
  readonly name: string
  readonly type: Type
  readonly stream?: 'upstream' | 'downstream'
  /** `match` is for message toxics. */
  readonly attributes: ToxicAttributes[Type] & { readonly match?: MatchOrder }
  /** Not for `connect_timeout`, which meets whoever comes. */
  readonly connections?: ConnectionsOrder
  readonly hits?: HitsOrder
  /** The proxy takes the toxic off by itself after so long without a heartbeat. */
  readonly lease?: { readonly ttlMs: number; readonly heartbeat?: boolean }
}
