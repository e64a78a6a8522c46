import type { z } from 'zod'
import { currentContext } from '../../context.ts'
import { Problem, unavailable } from '../../problem.ts'
import type { Bulkhead } from '../../resilience/bulkhead.ts'
import type { Guard } from '../../resilience/guard.ts'
import { leavingTime } from '../../resilience/leaving-time.ts'
import type { Call, MarketplaceClient } from './client.ts'
import type { Copies } from './copies.ts'
import { MarketplaceFailure } from './failure.ts'
import {
  type PlacedOrder,
  type Product,
  type Purchase,
  placedOrder,
  product,
  type ShownProduct,
} from './product.ts'

interface Parts {
  readonly client: MarketplaceClient
  readonly guard: Guard
  readonly bulkhead: Bulkhead
  readonly copies: Copies
}

/** What we offer of a third party's shop. */
export interface Marketplace {
  /** A copy marked `stale` while the marketplace is away, if there is one. */
  product(sku: string): Promise<ShownProduct>
  /** The same key again gives the same order: attempts in doubt are repeated without harm. */
  buy(purchase: Purchase, key: string): Promise<PlacedOrder>
}

export function createMarketplace(parts: Parts): Marketplace {
  return {
    product: async sku => {
      const path = `/products/${encodeURIComponent(sku)}`
      try {
        const fresh: Product = await leavingTime(() =>
          ask({ method: 'GET', path, answer: product }, parts),
        )
        await parts.copies.keep(fresh)
        return { ...fresh, stale: false, asOf: new Date().toISOString() }
      } catch (error) {
        const copy = isAway(error) ? await parts.copies.find(sku) : undefined
        if (!copy) throw error
        return { ...copy.product, stale: true, asOf: copy.asOf }
      }
    },
    buy: (purchase, idempotencyKey) => {
      const path = '/orders'
      const call = { method: 'POST', path, answer: placedOrder, body: purchase } as const
      return ask({ ...call, idempotencyKey }, parts)
    },
  }
}

/** Bulkhead outside, so that waiting for a place is neither a failure nor an attempt. */
function ask<Schema extends z.ZodType>(
  call: Call<Schema>,
  { client, guard, bulkhead }: Parts,
): Promise<z.output<Schema>> {
  return bulkhead
    .run(() => guard.run(() => client.attempt(call), isPassing))
    .catch((error: unknown) => {
      throw error instanceof MarketplaceFailure ? away(error) : error
    })
}

/** Reads do no harm and orders carry a key, so whatever may pass may be tried again. */
function isPassing(error: unknown): boolean {
  return error instanceof MarketplaceFailure
}

function isAway(error: unknown): boolean {
  return error instanceof Problem && error.details.status >= 500
}

function away(cause: MarketplaceFailure): Problem {
  const title = 'The marketplace does not answer as it should.'
  const { outcome } = currentContext().deadline
  return unavailable(`marketplace-${cause.kind}`, title, { outcome, cause })
}
