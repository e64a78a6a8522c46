import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Problem } from '../peers/problem.ts'
import type { Lag } from './lag.ts'
import { RateLimit } from './rate-limit.ts'
import type { MarketplaceSettings } from './settings.ts'
import type { ShopBooks } from './shop-books.ts'

const bySku = z.object({ sku: z.string() })
const byId = z.object({ id: z.string() })
const page = z.strictObject({
  after: z.string().default(''),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
const stockChange = z.strictObject({ stock: z.int().min(0) })
const orderRequest = z.strictObject({
  sku: z.string().min(1),
  quantity: z.int().min(1).max(1_000_000),
})

const refusals = {
  conflict: [422, 'This Idempotency-Key was used for another order.'],
  'unknown-product': [404, 'There is no such product.'],
  'out-of-stock': [409, 'There is not enough of it.'],
} as const

export function marketplaceRoutes(
  app: FastifyInstance,
  settings: Pick<MarketplaceSettings, 'apiKeys' | 'requestsPerSecond'>,
  books: ShopBooks,
  lag: Lag,
): void {
  const limit = settings.requestsPerSecond && new RateLimit(settings.requestsPerSecond)
  app.addHook('preHandler', async (request, reply) => {
    const key = authorize(request, settings.apiKeys)
    if (!limit || limit.allows(key)) return
    reply.header('retry-after', 1)
    throw new Problem(429, 'too-many-requests', 'Come back in the next second.')
  })
  app.get('/products', request => {
    const { after, limit } = page.parse(request.query)
    return { products: books.products(after, limit) }
  })
  app.get('/products/:sku', request =>
    lag(existing(books.product(bySku.parse(request.params).sku), 'product')),
  )
  app.put('/products/:sku/stock', request => {
    const { stock } = stockChange.parse(request.body)
    return existing(books.setStock(bySku.parse(request.params).sku, stock), 'product')
  })
  app.post('/orders', (request, reply) => {
    const key = request.headers['idempotency-key']
    if (typeof key !== 'string' || key === '') {
      throw new Problem(400, 'no-idempotency-key', 'Orders need an Idempotency-Key.')
    }
    const { sku, quantity } = orderRequest.parse(request.body)
    const placed = books.place(key, sku, quantity)
    if ('order' in placed)
      return reply.code(placed.kind === 'placed' ? 201 : 200).send(placed.order)
    const [status, detail] = refusals[placed.kind]
    throw new Problem(status, placed.kind, detail)
  })
  app.get('/orders/:id', request => existing(books.order(byId.parse(request.params).id), 'order'))
}

function authorize(request: FastifyRequest, keys: MarketplaceSettings['apiKeys']): string {
  const known = keys.find(({ key }) => key === request.headers['x-api-key'])
  if (!known) throw new Problem(401, 'unauthorized', 'The API key is missing or wrong.')
  const scope = request.method === 'GET' ? 'read' : 'write'
  if (known.scopes.includes(scope)) return known.key
  throw new Problem(403, 'forbidden', `This API key may not ${scope}.`)
}

function existing<Thing>(thing: Thing | undefined, what: string): Thing {
  if (thing === undefined) throw new Problem(404, 'not-found', `There is no such ${what}.`)
  return thing
}
