import { z } from 'zod'
import { type RunEvent, task } from './run.ts'

const id = z.uuid()

/** What a client may send, once it has said who it is. */
export const clientFrame = z.discriminatedUnion('type', [
  /** The id is the client's: the same again is the same run. */
  z.strictObject({ type: z.literal('run'), id, task }),
  /** What a run said after this number, and goes on to say; after a reconnect. */
  z.strictObject({ type: z.literal('follow'), id, after: z.int().min(0).default(0) }),
])
export type ClientFrame = z.infer<typeof clientFrame>

/** What the agents send. */
export interface ServerFrame extends Omit<RunEvent, 'type'> {
  readonly type: 'event'
  readonly event: RunEvent['type']
}
