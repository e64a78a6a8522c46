import type { PaymentFaultRequest } from '../../../targets/payments/fault.ts'
import { PeerAdmin } from '../../../targets/peers/peer-admin.ts'
import type { PartSystem } from '../system-of.ts'

/** A peer as data. */
export interface PeerPart {
  readonly name: string
  readonly url: string
  readonly token: string
}

const gateway = ({ part: { name, url, token } }: PartSystem<PeerPart>) => ({
  name,
  admin: new PeerAdmin<PaymentFaultRequest>(url, token),
})

/** The peer that the data tell of. */
export const part = Object.assign(gateway, { label: 'part' })
