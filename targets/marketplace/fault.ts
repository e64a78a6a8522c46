import { z } from 'zod'
import { faultRule } from '../peers/fault-board.ts'
import { httpFault } from '../peers/http-fault.ts'

/** How the marketplace can misbehave: as any HTTP peer, and by knowing less than it should. */
export const marketplaceFault = z.discriminatedUnion('kind', [
  httpFault,
  /** Shows each product as it was when it was first asked for under this fault, whatever changed since. */
  faultRule.extend({ kind: z.literal('lagging') }),
])

export type MarketplaceFault = z.infer<typeof marketplaceFault>
/** As it is asked for: rules may be left out. */
export type MarketplaceFaultRequest = z.input<typeof marketplaceFault>
