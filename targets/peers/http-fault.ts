import { z } from 'zod'
import { faultRule } from './fault-board.ts'

const ms = z.int().min(0).max(600_000)
/** True: the request is carried out first, so what the client sees is not what happened. */
const after = z.boolean().default(false)

/** Faults that need to know nothing of the answer's body. */
export const answerFaults = [
  faultRule.extend({ kind: z.literal('slow'), delayMs: ms }),
  faultRule.extend({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    retryAfterSeconds: z.int().min(0).optional(),
    after,
  }),
  /** Never answers; the client must give up. */
  faultRule.extend({ kind: z.literal('hang'), after }),
  /** The connection is reset; with `after`, the lost answer. */
  faultRule.extend({ kind: z.literal('reset'), after }),
] as const

/** How an HTTP peer can misbehave. */
export const httpFault = z.discriminatedUnion('kind', [
  ...answerFaults,
  faultRule.extend({ kind: z.literal('slow-body'), bytesPerSecond: z.int().min(1) }),
  faultRule.extend({ kind: z.literal('cut-body'), afterBytes: z.int().min(0) }),
  faultRule.extend({ kind: z.literal('content-type'), contentType: z.string().min(1) }),
  faultRule.extend({ kind: z.literal('invalid-json') }),
])

export type HttpFault = z.infer<typeof httpFault>
/** As it is asked for: rules may be left out. */
export type HttpFaultRequest = z.input<typeof httpFault>
