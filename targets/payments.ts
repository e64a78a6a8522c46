import { z } from 'zod'
import type { PaymentFaultRequest } from './payments/fault.ts'
import type { PaymentSettings } from './payments/settings.ts'
import { type Peer, startPeer } from './peers/start-peer.ts'
import type { ServerContext } from './runtime/server-part.ts'

const entry = z.object({ key: z.string(), amountCents: z.number() })
const statement = z.object({
  charges: z.array(
    entry.extend({ reference: z.string(), status: z.enum(['succeeded', 'declined']) }),
  ),
  refunds: z.array(entry.extend({ chargeKey: z.string() })),
  chargedCents: z.number(),
  refundedCents: z.number(),
  chargedTwice: z.array(z.string()),
})

/** What the gateway's books say: the truth that orders are compared with. */
export type PaymentStatement = z.infer<typeof statement>

export interface Payments extends Peer<PaymentFaultRequest> {
  readonly apiKey: string
  statement(): Promise<PaymentStatement>
}

/** Starts a payment gateway; its faults are `admin.post({ kind: 'reset', after: true, … })`. */
export async function startPayments(context: ServerContext, name = 'payments'): Promise<Payments> {
  const settings = { apiKey: 'merchant-test-key' } satisfies Partial<PaymentSettings>
  const peer = await startPeer<PaymentFaultRequest>(context, {
    name,
    program: 'payments',
    settings,
  })
  return Object.assign(peer, {
    apiKey: settings.apiKey,
    statement: () => peer.admin.read('/statement', statement),
  })
}
