import { z } from 'zod'
import { faultRule } from '../peers/fault-board.ts'

/** How the mail server can misbehave. `on` of the rule is `CONNECT`, `RCPT` or `DATA`. */
export const mailFault = z.discriminatedUnion('kind', [
  /** Nobody listens, and open connections are reset. */
  faultRule.extend({ kind: z.literal('away') }),
  /** Waits before it goes on. */
  faultRule.extend({ kind: z.literal('slow'), delayMs: z.int().min(0).max(600_000) }),
  /** 451 to RCPT: come back later. */
  faultRule.extend({ kind: z.literal('greylist') }),
  /** 421 on connect: too busy. */
  faultRule.extend({ kind: z.literal('busy') }),
  /** 554 after DATA: refused for good. */
  faultRule.extend({ kind: z.literal('refuse') }),
  /** The message is accepted and kept, and the connection is reset instead of the 250. */
  faultRule.extend({ kind: z.literal('lost-answer') }),
])

export type MailFault = z.infer<typeof mailFault>
/** As it is asked for: rules may be left out. */
export type MailFaultRequest = z.input<typeof mailFault>
