import { z } from 'zod'

/** What is asked. `{uuid}` and the short `{id}` are new with each sending, wherever they stand. */
export const request = z.object({
  method: z.enum(['GET', 'POST', 'PUT']).default('GET'),
  path: z.string().startsWith('/'),
  headers: z.record(z.string(), z.string()).default({}),
  /** Sent as JSON. */
  body: z.json().optional(),
  /** Any other status counts as an error. */
  expect: z.int().default(200),
})

const pace = z.discriminatedUnion('kind', [
  /** So many a second, whatever comes back; latency counts from the intended start. */
  z.object({ kind: z.literal('open'), perSecond: z.number().positive(), seconds: z.number() }),
  /** Each client asks again as soon as it is answered; latency counts from the sending. */
  z.object({ kind: z.literal('closed'), clients: z.int().min(1), seconds: z.number() }),
  /** All in one moment. */
  z.object({ kind: z.literal('burst'), count: z.int().min(1) }),
])

export const plan = z.object({
  /** Taken in turn: a mix is a list. */
  requests: z.array(request).min(1),
  pace,
  /** An answer after this long counts as an error, as does none. */
  giveUpMs: z.number().default(10_000),
  /** Each request opens a connection of its own and closes it. */
  closeEach: z.boolean().default(false),
})
export type Plan = z.output<typeof plan>
export type PlanInput = z.input<typeof plan>

/** What the generator is told, one after the other. */
export const order = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('open'),
    doors: z.array(z.object({ host: z.string(), port: z.int() })).min(1),
    connections: z.int().min(1),
  }),
  z.object({ kind: z.literal('play'), plan }),
])

const slice = z.object({ atMs: z.number(), ok: z.int(), errors: z.int(), worstMs: z.number() })

/** What one plan gave. */
export const report = z.object({
  sent: z.int(),
  ok: z.int(),
  /** By kind: `cut`, `refused`, `late`, `unsent`, `unreadable`, or the status. */
  errors: z.record(z.string(), z.int()),
  errorPercent: z.number(),
  /** From the first intended start to the last answer. */
  seconds: z.number(),
  okPerSecond: z.number(),
  latency: z.object({
    p50Ms: z.number(),
    p90Ms: z.number(),
    p95Ms: z.number(),
    p99Ms: z.number(),
    p999Ms: z.number(),
    maxMs: z.number(),
    /** Standard deviation ÷ mean. */
    variation: z.number(),
  }),
  /** How late the generator itself was with its sendings: 99 of 100 were nearer to their time. */
  lateP99Ms: z.number(),
  connections: z.object({ openAtEnd: z.int(), opened: z.int() }),
  /** In steps of 250 ms by the time of the answer. */
  timeline: z.array(slice),
})
export type Report = z.infer<typeof report>
