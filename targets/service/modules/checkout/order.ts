import { z } from 'zod'

const item = z.strictObject({
  sku: z.string().min(1).max(64),
  quantity: z.int().min(1).max(1_000),
  priceCents: z.int().min(0).max(100_000_000),
})

/** What a client sends; the id, made by the client, is the idempotency key. */
export const checkoutRequest = z.strictObject({
  orderId: z.uuid(),
  items: z.array(item).min(1).max(100),
})

export type CheckoutRequest = z.infer<typeof checkoutRequest>
export type Item = CheckoutRequest['items'][number]

export interface Order extends CheckoutRequest {
  readonly totalCents: number
  readonly status: 'pending' | 'confirmed'
}

/** The session that a confirmed checkout leaves in Redis; goods are shipped on it. */
export const session = z.object({ id: z.uuid(), orderId: z.uuid(), totalCents: z.int().min(0) })
export type Session = z.infer<typeof session>

export function totalCents(items: readonly Item[]): number {
  return items.reduce((sum, { quantity, priceCents }) => sum + quantity * priceCents, 0)
}
