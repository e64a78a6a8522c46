import { z } from 'zod'
import { Problem } from '../../problem.ts'
import type { Totals } from './money.ts'

/** Where an order can go from where it is; anything else is refused. */
const transitions = {
  'pending-payment': ['paid', 'payment-failed', 'cancelled'],
  paid: ['shipped'],
  shipped: [],
  'payment-failed': [],
  cancelled: [],
} as const satisfies Record<string, readonly string[]>

export type OrderStatus = keyof typeof transitions

export const orderStatus = z.enum(Object.keys(transitions) as [OrderStatus, ...OrderStatus[]])

export interface OrderLine {
  readonly productId: string
  readonly sku: string
  readonly name: string
  readonly unitPriceCents: number
  readonly quantity: number
}

export interface Order extends Totals {
  readonly id: string
  readonly number: number
  readonly userId: string
  readonly status: OrderStatus
  readonly createdAt: Date
}

/** @throws {Problem} 409 `wrong-state`. */
export function refuseTransition(from: OrderStatus, to: OrderStatus): void {
  if ((transitions[from] as readonly string[]).includes(to)) return
  throw new Problem({
    status: 409,
    code: 'wrong-state',
    title: `An order that is ${from} cannot become ${to}.`,
  })
}
