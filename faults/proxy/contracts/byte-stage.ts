import type { Random } from '../base/random.ts'
import type { TimerQueue } from '../time/timer-queue.ts'
import type { ConnectionFacts, Ending } from './connection.ts'

/**
 * What a byte-level toxic does to one direction of one connection. Chunks come in order; each must
 * be passed on (`port.pass`), held (`port.hold`, then passed later) or dropped, never changed in place.
 */
export interface Stage {
  chunk(data: Buffer): void
  /** The source said FIN; pass it on with `port.end()` after the last chunk. */
  end(): void
  /** The toxic's attributes changed. */
  updated?(): void
  /**
   * Nothing of this direction gets through, not even that its source has gone: to the sink the
   * connection looks alive. A silent removal leaves such a stage in its place. Default false.
   */
  swallows?(): boolean
  /** The toxic was removed while the connection lives on: pass on at once whatever is held. */
  detach(): void
  /** The connection is gone: let go of timers and data. */
  destroy?(): void
}

/** What a stage may do: pass on, hold with bounded memory, end the connection, tell that it landed. */
export interface Port {
  pass(data: Buffer): void
  end(): void
  /** Counts bytes kept in memory. Beyond the flow's bound the source is no longer read. */
  hold(bytes: number): void
  release(bytes: number): void
  /** Ends this direction as if the source had sent FIN, then the whole connection. */
  finish(): void
  /** Ends the whole connection now, both sides. */
  close(how: Ending): void
  /** Resets the source and leaves the sink open, neither told nor heard. */
  orphanSink(): void
  /** The toxic really touched traffic of this connection. Zero landed makes a run inconclusive. */
  landed(bytes: number): void
  readonly connection: ConnectionFacts
  /** The toxic's removal will be silent: what is swallowed need not be kept, for it never flows on. */
  readonly healsSilently: boolean
  readonly timers: TimerQueue
  /** A stream of chance of its own for this toxic on this connection: replays from the seed. */
  readonly random: Random
}
