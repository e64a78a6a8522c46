import { z } from 'zod'
import { peerSettings } from '../peers/settings.ts'

const cents = z.int().min(0)

export const marketplaceSettings = peerSettings.extend({
  /** Sent by clients as `X-Api-Key`. A key without the scope is refused with 403. */
  apiKeys: z
    .array(
      z.strictObject({ key: z.string().min(8), scopes: z.array(z.enum(['read', 'write'])).min(1) }),
    )
    .min(1),
  products: z
    .array(
      z.strictObject({
        sku: z.string().min(1),
        title: z.string(),
        priceCents: cents,
        stock: cents,
      }),
    )
    .default([]),
  /** Requests a second that one key may make before it gets 429 with Retry-After; none: no limit. */
  requestsPerSecond: z.int().min(1).optional(),
})

export type MarketplaceSettings = z.infer<typeof marketplaceSettings>
export type Product = MarketplaceSettings['products'][number]
