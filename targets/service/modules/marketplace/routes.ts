import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { Problem } from '../../problem.ts'
import { purchase, sku } from './product.ts'
import type { Marketplace } from './service.ts'

const bySku = z.object({ sku })
const key = z.string().min(8).max(100)

export function addMarketplaceRoutes(
  http: Http,
  { marketplace, identity }: { marketplace: Marketplace; identity: Identity },
): void {
  http.get('/v1/marketplace/products/:sku', async (request, reply) => {
    const shown = await marketplace.product(parse(bySku, request.params).sku)
    if (shown.stale) reply.header('cache-control', 'no-store')
    return shown
  })
  http.post('/v1/marketplace/orders', async (request, reply) => {
    const { userId } = await identity.caller(request)
    const given = key.safeParse(request.headers['idempotency-key'])
    if (!given.success) {
      const title = 'An order needs an Idempotency-Key of 8 to 100 characters.'
      throw new Problem({ status: 400, code: 'idempotency-key-missing', title })
    }
    // Ours is per person; theirs is for all of us.
    const order = await marketplace.buy(parse(purchase, request.body), `${userId}:${given.data}`)
    return reply.code(201).send(order)
  })
}
