/**
 * The names of the counters of a `wire-count` entry, as the proxy tells them: what has passed a link
 * since the entry before. Beside these, each kind of message has its own: `request:COMMIT`,
 * `response:…`, `error:READONLY`, `toxic:<its name>`.
 */
export interface WireCounts {
  readonly connects?: number
  readonly closes?: number
  /** Connects that the server behind the link did not take. */
  readonly refused?: number
  /** Messages that the proxy could not read. */
  readonly unparsed?: number
  readonly bytesUp?: number
  readonly bytesDown?: number
  readonly [message: `${MessageRole}:${string}`]: number
}
export type MessageRole = 'request' | 'response' | 'error' | 'toxic'

/** By its kind, what was counted of one role: `{ COMMIT: 3, SELECT: 12 }` of `request`. */
export function messagesOf(
  counts: WireCounts,
  role: MessageRole,
): Readonly<Record<string, number>> {
  const prefix = `${role}:`
  return Object.fromEntries(
    Object.entries(counts)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, count]) => [name.slice(prefix.length), count]),
  )
}

export function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}
