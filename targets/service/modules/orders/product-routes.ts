import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { formatCents } from './money.ts'
import { newProduct, type Product, productChange, quantity } from './product.ts'
import type { Products } from './products.ts'

const byId = z.object({ id: z.uuid() })
const page = z.object({
  after: z.string().max(40).default(''),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
const restock = z.strictObject({ quantity })

export function addProductRoutes(http: Http, identity: Identity, products: Products): void {
  http.get('/v1/products', async request => {
    const { after, limit } = parse(page, request.query)
    const found = await products.list({ after, limit, all: false })
    const last = found.length === limit ? found.at(-1)?.sku : undefined
    return { products: found.map(show), next: last ?? null }
  })
  http.get('/v2/products', async request => {
    const { after, limit } = parse(page, request.query)
    const found = await products.list({ after, limit, all: false })
    const last = found.length === limit ? found.at(-1)?.sku : undefined
    return { data: found.map(showV2), page: { next: last ?? null } }
  })
  http.get('/v2/products/:id', async request =>
    showV2(await products.find(parse(byId, request.params).id)),
  )
  http.get('/v1/products/:id', async request =>
    show(await products.find(parse(byId, request.params).id)),
  )
  http.post('/v1/products', async (request, reply) => {
    await identity.caller(request, 'products:write')
    const product = await products.add(parse(newProduct, request.body))
    reply.code(201).header('location', `/v1/products/${product.id}`)
    return show(product)
  })
  http.patch('/v1/products/:id', async request => {
    await identity.caller(request, 'products:write')
    const { id } = parse(byId, request.params)
    return show(await products.change(id, parse(productChange, request.body)))
  })
  http.post('/v1/products/:id/stock', async request => {
    await identity.caller(request, 'products:write')
    const { id } = parse(byId, request.params)
    return show(await products.restock(id, parse(restock, request.body).quantity))
  })
}

/** The second version tells money as an amount with its currency, and stock as a yes or no. */
function showV2({ id, sku, name, active, priceCents, available }: Product) {
  const price = { amount: formatCents(priceCents), currency: 'USD' }
  return { id, sku, name, price, inStock: active && available > 0 }
}

function show({ priceCents, ...product }: Product) {
  return { ...product, price: formatCents(priceCents) }
}
