import { z } from 'zod'
import { faultRule } from '../peers/fault-board.ts'
import { answerFaults } from '../peers/http-fault.ts'

/** How the authorization server can misbehave. Routes are `GET /auth`, `POST /token`, `GET /me`, … */
export const oauthFault = z.discriminatedUnion('kind', [
  ...answerFaults,
  /** Nobody listens, and open connections are reset. */
  faultRule.extend({ kind: z.literal('away') }),
])

export type OauthFault = z.infer<typeof oauthFault>
/** As it is asked for: rules may be left out. */
export type OauthFaultRequest = z.input<typeof oauthFault>
