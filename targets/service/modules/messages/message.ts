import { z } from 'zod'

const id = z.uuid()
const text = z.string().min(1).max(16_384)
const common = {
  /** Made by the sender: the same id sent again is the same message. */
  id: id.optional(),
  /** 0 can wait, 9 cannot. */
  priority: z.int().min(0).max(9).default(5),
  /** How sure its source is of it, from 0 to 1; unknown where it says nothing. */
  quality: z.number().min(0).max(1).optional(),
  body: text,
}

/** What a sender may post. */
export const newMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('note'), ...common }),
  /** It waits for a message that came before it; for one that is still to come as long as it is tried. */
  z.strictObject({ kind: z.literal('reply'), inReplyTo: id, ...common }),
  /** The body is JSON, as partners send it; read by the handler, not at the door. */
  z.strictObject({ kind: z.literal('form'), ...common }),
])
export type NewMessage = z.infer<typeof newMessage>

/** Where a message waits; `unrouted` is where nobody looks. */
export type Lane = 'urgent' | 'review' | 'bulk' | 'default' | 'unrouted'

/** One step on a message's way. */
export interface Stage {
  readonly stage: 'received' | 'routed' | 'failed' | 'dead' | 'redriven' | 'stored' | 'notified'
  /** ISO 8601. */
  readonly at: string
  readonly lane?: Lane
  readonly attempt?: number
  readonly reason?: string
  readonly retryInMs?: number
  readonly by?: string
}

/** A message that a worker holds for as long as its lease lasts. */
export interface Job {
  readonly id: string
  readonly userId: string
  /** The id of the request it came with. */
  readonly trace: string
  readonly kind: NewMessage['kind']
  readonly body: string
  readonly inReplyTo: string | null
  readonly lane: Lane
  /** This one included. */
  readonly attempts: number
}

/** What is known of a message on its way. */
export interface Progress extends Job {
  readonly state: 'waiting' | 'done' | 'dead'
  readonly reason: string | null
  readonly stages: readonly Stage[]
}
