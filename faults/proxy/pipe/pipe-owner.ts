import type { ConnectionFacts, Ending } from '../contracts/connection.ts'
import type { End } from '../sockets/end.ts'
import type { TimerQueue } from '../time/timer-queue.ts'
import type { ActiveToxic } from './active-toxic.ts'

/** What a pipe and its toxics need of the connection they belong to. */
export interface PipeOwner {
  readonly facts: ConnectionFacts
  /** Position among its proxy's connections, from 1: what chance is drawn by. */
  readonly ordinal: number
  /** The toxics that were there before the connection are being applied. */
  readonly isNew: boolean
  readonly timers: TimerQueue
  /** Ends both sides: RST at once; FIN after what was already passed on, reading no more. */
  close(how: Ending): void
  /** Resets one side; the other one stays open, and what it says is read and forgotten. */
  orphan(gone: End, left: End): void
  /** The side that a pipe reads from has said FIN. */
  sourceEnded(source: End): void
  /** The toxic has touched this connection for the first time. */
  noteToxic(toxic: ActiveToxic): void
}
