import { z } from 'zod'
import { type Lane, newMessage } from './message.ts'
import { type Notice, noticeCursor } from './notices.ts'

/** What a client may send, once it has said who it is. */
export const clientFrame = z.discriminatedUnion('type', [
  /** The id traces it, and is the message's too where that has none: sent again it is the same. */
  z.strictObject({ type: z.literal('post'), id: z.uuid(), message: newMessage }),
  /** The notices after this one, and those to come. */
  z.strictObject({ type: z.literal('listen'), after: noticeCursor }),
])
export type ClientFrame = z.infer<typeof clientFrame>

/** What the messages send. */
export type ServerFrame =
  | {
      readonly type: 'accepted'
      readonly id: string
      readonly lane: Lane
      /** The id of the frame it came in. */
      readonly trace: string
    }
  | { readonly type: 'listening' }
  | ({ readonly type: 'notice' } & Notice)
