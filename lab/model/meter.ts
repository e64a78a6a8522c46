/**
 * Figures of one part that its process's operating system cannot tell: the lag of an event loop, a
 * pool's connections, the sessions of a database.
 */
export interface Meter {
  /** `shop-1`, `postgres`: the same as its process, where it has one. */
  readonly of: string
  /** Their names with the unit: `eventLoopLagMs`, `sessions`. Rejects while the part cannot tell. */
  read(signal: AbortSignal): Promise<Readonly<Record<string, number>>>
}
