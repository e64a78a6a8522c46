import { z } from 'zod'
import { faultRule } from '../peers/fault-board.ts'
import { httpFault } from '../peers/http-fault.ts'

/** How the gateway can misbehave: as any HTTP peer, and by declining cards. */
export const paymentFault = z.discriminatedUnion('kind', [
  httpFault,
  faultRule.extend({ kind: z.literal('decline') }),
])

export type PaymentFault = z.infer<typeof paymentFault>
/** As it is asked for: rules may be left out. */
export type PaymentFaultRequest = z.input<typeof paymentFault>
