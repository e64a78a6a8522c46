import { z } from 'zod'
import { type RunEvent, task } from './run.ts'

const id = z.uuid()

/** What a client may send. Anything else closes the socket with 1008. */
export const clientFrame = z.discriminatedUnion('type', [
  /** Who this is; before anything else. */
  z.strictObject({ type: z.literal('auth'), token: z.string().min(1).max(4_096) }),
  /** The id is the client's: the same again is the same run. */
  z.strictObject({ type: z.literal('run'), id, task }),
  /** What a run said after this number, and goes on to say; after a reconnect. */
  z.strictObject({ type: z.literal('follow'), id, after: z.int().min(0).default(0) }),
])
export type ClientFrame = z.infer<typeof clientFrame>

export type ServerFrame =
  | ({ readonly type: 'event'; readonly event: RunEvent['type'] } & Omit<RunEvent, 'type'>)
  | { readonly type: 'authenticated'; readonly userId: string }
  | {
      readonly type: 'error'
      readonly code: string
      readonly outcome: 'not-done' | 'unknown'
      /** The id of the run, or `auth`. */
      readonly about: string
    }
