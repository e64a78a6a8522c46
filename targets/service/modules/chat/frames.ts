import { z } from 'zod'

export const channelName = z.string().regex(/^[\w.:-]{1,100}$/)
const seq = z.coerce.number().int().min(0)

/** The query of `/chat`: one subscription to begin with, more by frames. */
export const chatQuery = z.object({
  channel: channelName.optional(),
  client: z.string().min(1).max(100),
  /** The last sequence number this client has; what came later is replayed. */
  after: seq.optional(),
})
export type ChatQuery = z.infer<typeof chatQuery>

/** What a client may send; `auth` besides, for channels that belong to a person. */
export const clientFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('send'),
    /** Made by the client; the same id sent again is stored once. */
    id: z.uuid(),
    channel: channelName,
    text: z.string().max(4_096),
  }),
  z.strictObject({
    type: z.literal('subscribe'),
    channel: channelName,
    after: z.int().min(0).optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), channel: channelName }),
])
export type ClientFrame = z.infer<typeof clientFrame>

/** A stored message; also what is announced on Redis. */
export const message = z.object({
  channel: channelName,
  seq: z.int().min(1),
  id: z.uuid(),
  text: z.string(),
})
export type Message = z.infer<typeof message>

/** What the chat sends. */
export type ServerFrame =
  | ({ readonly type: 'message' } & Message)
  | { readonly type: 'sent'; readonly id: string; readonly seq: number }
  /** What was missed is too much to replay: messages go on after `seq`, read the rest elsewhere. */
  | { readonly type: 'reset'; readonly channel: string; readonly seq: number }
  | { readonly type: 'subscribed'; readonly channel: string }
  | { readonly type: 'unsubscribed'; readonly channel: string }
