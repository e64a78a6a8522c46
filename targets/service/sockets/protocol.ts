import { z } from 'zod'
import type { Problem } from '../problem.ts'
import type { Peer } from './peer.ts'

/** A frame with an `id` is traced by it, one without by the id its connection came with. */
export interface AnyFrame {
  readonly type: string
  readonly id?: string
}

/** What a module speaks on one path; the door does what all web sockets have in common. */
export interface Protocol<Query, Frame extends AnyFrame> {
  readonly path: string
  /** Of the URL; who comes with another gets 400. */
  readonly query: z.ZodType<Query>
  /** A longer one closes the socket with 1009. */
  readonly maxFrameBytes: number
  /** What a client may send besides `auth`; anything else closes the socket with 1008. */
  readonly frame: z.ZodType<Frame>
  readonly open: (peer: Peer, query: Query) => Session<Frame>
}

/** One client, as a module sees it. */
export interface Session<Frame extends AnyFrame> {
  /** One frame after the other, in the order they came. What it throws is told to the client. */
  handle(frame: Frame): Promise<void>
  /** The client has been told what was thrown. */
  failed?(frame: Frame, problem: Problem): void
  /** What answers say they are about; default its `id`, else its `type`. */
  about?(frame: Frame): string
  /** Has no deadline, since it moves as much as there is. */
  isUnhurried?(frame: Frame): boolean
  /** Handled before any that the client sends. */
  readonly first?: Frame | undefined
  /** The socket is gone. */
  closed?(): void
}

/** Who this is; the same on every path. */
export const authFrame = z.strictObject({
  type: z.literal('auth'),
  token: z.string().min(1).max(4_096),
})

/** What the door itself sends. */
export type DoorFrame =
  | {
      readonly type: 'authenticated'
      readonly userId: string
      /** By then another `auth` must come, or the socket is closed. */
      readonly expiresInMs: number
    }
  | {
      readonly type: 'error'
      readonly code: string
      readonly outcome: 'not-done' | 'unknown'
      /** The id of the frame, or `auth`. */
      readonly about: string
    }
