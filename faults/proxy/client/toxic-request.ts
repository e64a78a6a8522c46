import type { MatchInput } from '../protocols/faults/match.ts'
import type { RedisError } from '../protocols/faults/redis-errors.ts'

/** Which messages: every field given must fit. Texts are globs, or lists of them. */
export type MatchRequest = MatchInput

/** Which of the matching messages are hit, counted from 1 over all connections of the link. */
export interface HitsRequest {
  /** Leaves the first so many alone. */
  readonly skip?: number
  /** Hits at most so many, then passes everything. */
  readonly first?: number
  /** Hits each n-th: 3 → the 3rd, 6th, … */
  readonly every?: number
  /** Hits each by this chance, 0 to 1, drawn from the proxy's seed. */
  readonly probability?: number
}

type When = 'before' | 'middle' | 'after'
type How = 'rst' | 'fin'

/**
 * What each message toxic takes beside `match`; times in ms, rates in bytes per second. What each
 * means, and its range, stands in the file of its name in `toxics/`.
 */
export interface MessageToxicAttributes {
  readonly message_delay: {
    readonly delay: number
    /** Default 0. */
    readonly jitter?: number
    /** Default false. */
    readonly overtake?: boolean
  }
  readonly message_drop: Record<never, never>
  /** Default once more. */
  readonly message_duplicate: { readonly times?: number }
  /** Default by 1, within 1000 ms. */
  readonly message_reorder: { readonly by?: number; readonly within?: number }
  /** Default the first byte alone: offset 0, count 1. */
  readonly message_corrupt: { readonly offset?: number; readonly count?: number }
  readonly message_stale: Record<never, never>
  /** Default with `rst`, and `middle` after half of the bytes that have come. */
  readonly message_cut: { readonly when: When; readonly how?: How; readonly bytes?: number }
  /** `code` is an SQLSTATE; `message` defaults to the server's own for it. */
  readonly postgres_error: { readonly code: string; readonly message?: string }
  readonly redis_error: {
    readonly error: RedisError
    readonly message?: string
    readonly slot?: number
    readonly address?: string
  }
  readonly http_error: {
    /** 400 to 599. */
    readonly status: number
    /** Seconds; without it there is no such header. */
    readonly retry_after?: number
    /** Default `{"error":"injected"}`. */
    readonly body?: string
  }
  readonly http_slow_body: { readonly rate: number }
  /** Default before the first byte of the body, with `fin`. */
  readonly http_cut_body: { readonly bytes?: number; readonly how?: How }
  readonly websocket_plain: Record<never, never>
  readonly websocket_close: { readonly code: number; readonly reason?: string }
}

export type MessageToxicType = keyof MessageToxicAttributes

/** What each toxic on whole connections takes; times in ms, rates in KB/s. */
export interface ConnectionToxicAttributes {
  readonly latency: { readonly latency?: number; readonly jitter?: number }
  readonly bandwidth: { readonly rate?: number }
  readonly black_hole: Record<never, never>
  readonly fin: { readonly after?: number; readonly bytes?: number }
  readonly rst: { readonly after?: number; readonly bytes?: number }
  readonly half_open: { readonly after?: number }
  readonly packet_loss: { readonly probability?: number; readonly rto?: number }
  readonly connect_timeout: Record<never, never>
}

/** Toxiproxy's own beside those above, which its client can say too, but for a lease. */
export interface StandardToxicAttributes {
  readonly slow_close: { readonly delay?: number }
  readonly timeout: { readonly timeout?: number }
  readonly slicer: {
    readonly average_size?: number
    readonly size_variation?: number
    readonly delay?: number
  }
  readonly limit_data: { readonly bytes?: number }
  readonly reset_peer: { readonly timeout?: number }
}

export interface ToxicAttributes
  extends MessageToxicAttributes,
    ConnectionToxicAttributes,
    StandardToxicAttributes {}

export type ToxicType = keyof ToxicAttributes

/** Which connections. Without it all. */
export interface ConnectionsRequest {
  /** `127.0.0.1` (any port of it) or `127.0.0.1:40312`. */
  readonly client?: string
  /**
   * `present`: only those open when the toxic is added; what it cut off stays so when it is removed.
   * Default all, those to come too.
   */
  readonly which?: 'all' | 'present'
  /** Of these, those with one of these ids. */
  readonly ids?: readonly number[]
}

/** A toxic to be put on a proxy, with what Toxiproxy's own client cannot say. */
export interface ToxicRequest<Type extends ToxicType = ToxicType> {
  readonly name: string
  readonly type: Type
  /** Default `downstream`. */
  readonly stream?: 'upstream' | 'downstream'
  /** `match` is for message toxics. */
  readonly attributes: ToxicAttributes[Type] & { readonly match?: MatchRequest }
  /** Not for `connect_timeout`, which meets whoever comes. */
  readonly connections?: ConnectionsRequest
  readonly hits?: HitsRequest
  /**
   * The proxy takes the toxic off by itself after so many ms; with `heartbeat` (default false), after
   * so many without one. Default: it stays.
   */
  readonly lease?: { readonly ttlMs: number; readonly heartbeat?: boolean }
}
