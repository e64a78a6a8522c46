import { z } from 'zod'

/** What the clients on web sockets are told, one after the other. */
export const socketsOrder = z.discriminatedUnion('kind', [
  /** Opened, and subscribed to the channel. */
  z.object({
    kind: z.literal('open'),
    doors: z.array(z.object({ host: z.string(), port: z.int() })).min(1),
    connections: z.int().min(1),
    channel: z.string(),
  }),
  /** The first of them says something so often; it is to reach all. */
  z.object({
    kind: z.literal('broadcast'),
    messages: z.int().min(1),
    perSecond: z.number().positive(),
    giveUpMs: z.number(),
  }),
  z.object({ kind: z.literal('close') }),
])

export const opened = z.object({ open: z.int(), seconds: z.number() })

export const broadcast = z.object({
  /** Messages × connections. */
  expected: z.int(),
  received: z.int(),
  /** Came twice, or not in order. */
  wrong: z.int(),
  seconds: z.number(),
  /** From the intended sending to each receipt. */
  latency: z.object({ p50Ms: z.number(), p95Ms: z.number(), p99Ms: z.number(), maxMs: z.number() }),
})
export type Broadcast = z.infer<typeof broadcast>

export const closed = z.object({ seconds: z.number() })
