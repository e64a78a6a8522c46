import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect } from 'vitest'
import { z } from 'zod'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { order, product, shelf, shopkeeper } from './shop.ts'

const retryMs = 500
const attempts = 4

let app: Application
let keeper: Client
test.beforeAll(async ({ warm }) => {
  const defenceSettings = {
    'payment-reconciliation': { retryMs, attempts },
    'payment-timeout': { timeoutMs: 1_500 },
    // One question each time, so that they can be counted.
    'retry-budget': { attempts: 1 },
    'circuit-breaker': { volume: 1_000 },
  }
  app = await startApplication({ peers: ['payments'], config: { defenceSettings } }, warm)
  keeper = await shopkeeper(app)
})
afterEach(() => app.payments.admin.heal())
afterAll(() => app?.[Symbol.asyncDispose]())

const stock = 2

/** An order of one thing, and what can be seen of its payment. */
async function placed() {
  const buyer = await signedIn(app)
  const productId = await product(keeper, { stock })
  const { id, number } = (await order(buyer, [{ productId, quantity: 1 }])).body
  const trace = `pay-${randomUUID()}`
  const pay = () =>
    buyer.post(`/v1/orders/${id}/pay`, undefined, { headers: { 'x-request-id': trace } })
  return { id, productId, reference: `${number}`, buyer, trace, pay }
}
type Placed = Awaited<ReturnType<typeof placed>>

const attemptList = z.object({
  attempts: z.array(
    z.object({ route: z.string(), trace: z.string().optional(), atMs: z.number() }),
  ),
})

/** When the gateway was asked to charge for this order. */
async function questionsAt({ trace }: Placed): Promise<readonly number[]> {
  const { attempts } = await app.payments.admin.read('/attempts', attemptList)
  return attempts
    .filter(each => each.trace === trace && each.route === 'POST /charges')
    .map(({ atMs }) => atMs)
}

async function statusOf({ id }: Placed) {
  const [row] = await sql<{ order: string; payment: string | null }>(
    app,
    `select o.status as "order", p.status as payment
     from orders_orders o left join orders_payments p on p.order_id = o.id where o.id = $1`,
    [id],
  )
  return row
}

const becomes = (placed: Placed, payment: string) =>
  eventually(
    () => statusOf(placed),
    status => status?.payment === payment,
    20_000,
  )

describe('ORD-04 the end of a payment', () => {
  test('a gateway that refuses to be asked is not asked again, and nothing is in doubt', async () => {
    await app.payments.admin.post({ kind: 'status', status: 401, on: 'POST /charges' })
    const one = await placed()
    expect(await one.pay()).toMatchObject({
      status: 503,
      body: { code: 'payment-refused', outcome: 'not-done' },
    })
    // Long enough for several questions, as another payment shows.
    await app.payments.admin.heal()
    await app.payments.admin.post({ kind: 'status', status: 500, on: 'POST /charges', times: 3 })
    const other = await placed()
    expect((await other.pay()).status).toBe(202)
    await becomes(other, 'charged')
    expect(await questionsAt(other)).toHaveLength(4)
    expect(await questionsAt(one)).toHaveLength(1)
    expect(await statusOf(one)).toEqual({ order: 'pending-payment', payment: null })
    expect((await one.pay()).status).toBe(200)
  })

  test('one in doubt is asked about later and later, then the order fails and is refunded', async () => {
    await app.payments.admin.post({ kind: 'reset', after: true, on: 'POST /charges' })
    const one = await placed()
    expect((await one.pay()).status).toBe(202)
    await becomes(one, 'refunded')
    expect(await statusOf(one)).toEqual({ order: 'payment-failed', payment: 'refunded' })
    expect(await shelf(app, one.productId)).toEqual({ available: stock, reserved: 0, sold: 0 })
    const { charges, refunds } = await app.payments.statement()
    const keys = charges.filter(each => each.reference === one.reference).map(({ key }) => key)
    const refunded = refunds.filter(each => keys.includes(each.chargeKey))
    expect(refunded.map(({ amountCents }) => amountCents)).toEqual([
      charges.find(each => each.reference === one.reference)?.amountCents,
    ])
    const asked = await questionsAt(one)
    expect(asked).toHaveLength(1 + attempts)
    const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? at))
    // At least half of the full back-off, but for what sending the question took.
    const least = [retryMs, retryMs / 2, retryMs, 2 * retryMs].map(ms => ms - 100)
    expect(pauses.filter((ms, index) => ms < (least[index] ?? 0))).toEqual([])
  }, 40_000)

  test('a charge for an order that was cancelled is paid back, and not asked for again', async () => {
    const one = await placed()
    expect((await one.pay()).status).toBe(200)
    await sql(app, `update orders_orders set status = 'cancelled' where id = $1`, [one.id])
    await sql(app, `update orders_payments set status = 'open' where order_id = $1`, [one.id])
    await becomes(one, 'refunded')
    expect((await statusOf(one))?.order).toBe('cancelled')
    expect(await questionsAt(one)).toHaveLength(1)
  })

  test('a silent gateway is given up on, and a person is told', async () => {
    await app.payments.admin.post({ kind: 'status', status: 503 })
    const one = await placed()
    expect((await one.pay()).status).toBe(202)
    await becomes(one, 'unresolved')
    expect(await statusOf(one)).toEqual({ order: 'payment-failed', payment: 'unresolved' })
    expect(await shelf(app, one.productId)).toEqual({ available: stock, reserved: 0, sold: 0 })
  }, 40_000)
})
