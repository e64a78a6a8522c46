import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import type { Caller, Identity } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { notFound, Problem, unavailable } from '../../problem.ts'
import type { Carts } from './cart.ts'
import type { Credit } from './credit.ts'
import { amount, formatCents, totalsOf } from './money.ts'
import type { Order } from './order.ts'
import type { Paying } from './paying.ts'
import type { Placing } from './placing.ts'
import { maxQuantity, quantity } from './product.ts'
import type { Orders } from './repository.ts'

const byId = z.object({ id: z.uuid() })
const item = z.strictObject({ productId: z.uuid(), quantity })
/** Without items the cart is ordered. */
const newOrder = z.strictObject({ items: z.array(item).min(1).max(100).optional() })
const cartItem = z.strictObject({ quantity: z.int().min(0).max(maxQuantity) })
const page = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
const key = z.object({ 'idempotency-key': z.string().min(8).max(100) })
const spend = z.strictObject({ amount })

interface Parts {
  readonly identity: Identity
  readonly orders: Orders
  readonly carts: Carts
  readonly placing: Placing
  readonly paying: Paying
  readonly credit: Credit
}

export function addOrderRoutes(http: Http, parts: Parts): void {
  const { identity, orders, placing, paying } = parts
  addCartRoutes(http, parts)
  addCreditRoutes(http, parts)
  http.post('/v1/orders', async (request, reply) => {
    const { userId } = await identity.caller(request)
    const { 'idempotency-key': idempotencyKey } = parse(key, request.headers)
    const { items } = parse(newOrder, request.body ?? {})
    const wanted = items ?? (await cartOf(userId, idempotencyKey, parts))
    const { orderId, isReplay } = await placing.place(userId, idempotencyKey, wanted)
    if (!items) await parts.carts.take(userId, wanted)
    reply.code(201).header('location', `/v1/orders/${orderId}`)
    if (isReplay) reply.header('idempotent-replayed', 'true')
    return showWhole(orderId, orders)
  })
  http.get('/v1/orders', async request => {
    const { userId } = await identity.caller(request)
    const { after, limit } = parse(page, request.query)
    const found = await orders.list(userId, { after, limit })
    const last = found.length === limit ? found.at(-1)?.number : undefined
    return { orders: found.map(show), next: last ?? null }
  })
  http.get('/v1/orders/:id', async request => {
    const { id } = await own(request, parts)
    return showWhole(id, orders)
  })
  http.post('/v1/orders/:id/pay', async (request, reply) => {
    const { id } = await own(request, parts)
    const payment = await paying.pay(id)
    if (payment === 'declined') {
      throw new Problem({ status: 402, code: 'declined', title: 'The payment was declined.' })
    }
    if (payment === 'refused') {
      const title = 'The payment gateway does not take our requests.'
      throw unavailable('payment-refused', title, { outcome: 'not-done', retryAfterSeconds: 60 })
    }
    if (payment === 'unknown') reply.code(202) // degraded: we will find out
    return { ...(await showWhole(id, orders)), payment: payment === 'unknown' ? 'pending' : 'done' }
  })
  http.post('/v1/orders/:id/cancel', async request => {
    const { id } = await own(request, parts)
    await paying.cancel(id)
    return showWhole(id, orders)
  })
  http.post('/v1/orders/:id/ship', async request => {
    await identity.caller(request, 'orders:any')
    const { id } = parse(byId, request.params)
    await paying.ship(id)
    return showWhole(id, orders)
  })
}

function addCartRoutes(http: Http, { identity, carts }: Parts): void {
  const showCart = async ({ userId }: Caller) => {
    const items = await carts.items(userId)
    const { totalCents } = totalsOf(items)
    return {
      items: items.map(showLine),
      total: items.length > 0 ? formatCents(totalCents) : '0.00',
    }
  }
  http.get('/v1/cart', async request => showCart(await identity.caller(request)))
  http.put('/v1/cart/:id', async request => {
    const caller = await identity.caller(request)
    const { id } = parse(byId, request.params)
    await carts.put(caller.userId, { productId: id, ...parse(cartItem, request.body) })
    return showCart(caller)
  })
}

function addCreditRoutes(http: Http, { identity, credit }: Parts): void {
  const show = async (userId: string) => ({ balance: formatCents(await credit.balance(userId)) })
  http.get('/v1/credit', async request => show((await identity.caller(request)).userId))
  http.post('/v1/credit/spend', async request => {
    const { userId } = await identity.caller(request)
    const { 'idempotency-key': idempotencyKey } = parse(key, request.headers)
    await credit.enter(userId, idempotencyKey, -parse(spend, request.body).amount)
    return show(userId)
  })
  http.post('/v1/users/:id/credit', async (request, reply) => {
    await identity.caller(request, 'users:manage')
    const { 'idempotency-key': idempotencyKey } = parse(key, request.headers)
    const { id } = parse(byId, request.params)
    await credit.enter(id, idempotencyKey, parse(spend, request.body).amount)
    return reply.code(204).send()
  })
}

/** Another person's order is, to this one, not there. */
async function own(request: FastifyRequest, { identity, orders }: Parts): Promise<Order> {
  const caller = await identity.caller(request)
  const order = await orders.find(parse(byId, request.params).id)
  if (order.userId !== caller.userId && !caller.may('orders:any')) throw notFound('order')
  return order
}

/** A repetition finds the cart empty, or filled anew: it means what was ordered then. */
async function cartOf(userId: string, key: string, { carts, orders }: Parts) {
  const before = await orders.byKey(userId, key)
  const items = before ? await orders.lines(before.id) : await carts.items(userId)
  if (items.length > 0) return items
  throw new Problem({ status: 422, code: 'empty-cart', title: 'There is nothing in the cart.' })
}

async function showWhole(id: string, orders: Orders) {
  const [order, lines, history] = await Promise.all([
    orders.find(id),
    orders.lines(id),
    orders.history(id),
  ])
  return { ...show(order), lines: lines.map(showLine), history }
}

function show({ id, number, userId, status, createdAt, ...totals }: Order) {
  return {
    id,
    number,
    userId,
    status,
    createdAt,
    subtotal: formatCents(totals.subtotalCents),
    tax: formatCents(totals.taxCents),
    shipping: formatCents(totals.shippingCents),
    total: formatCents(totals.totalCents),
  }
}

function showLine<Line extends { unitPriceCents: number }>({ unitPriceCents, ...line }: Line) {
  return { ...line, unitPrice: formatCents(unitPriceCents) }
}
