import { afterAll, describe, expect } from 'vitest'
import { atNight } from '../../../lab/testing/nightly.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { patience } from '../patience.ts'
import { at, eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { product, shelf, shopkeeper } from './shop.ts'

const keepMs = 60_000
const stock = 100_000
const timeoutMs = atNight(600_000, 120_000)
const defenceSettings = {
  ...patience,
  'payment-reconciliation': { retryMs: 300 },
  'payment-timeout': { timeoutMs: 5_000 },
  'reservation-expiry': { keepMs },
}

let app: Application
let keeper: Client
let careless: Instance
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ peers: ['payments'], config: { defenceSettings } }, warm)
  careless = await app.startInstance('careless', ['api'], { defencesOff: ['payment-lock'] })
  keeper = await shopkeeper(app)
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** Orders of one thing each. Every third was placed so long ago that it expires right now. */
async function placeMany(userId: string, productId: string, count: number): Promise<string[]> {
  const rows = await sql<{ id: string }>(
    app,
    `with stock as (
       update orders_products set available = available - $2, reserved = reserved + $2
       where id = $3),
     placed as (
       insert into orders_orders (user_id, fingerprint, status, subtotal_cents, tax_cents,
         shipping_cents, total_cents, created_at)
       select $1, 'raced', 'pending-payment', 1000, 0, 0, 1000,
         now() - case when n % 3 = 0 then make_interval(secs => $4) else '0 s' end
       from generate_series(1, $2::int) as n
       returning id)
     insert into orders_lines (order_id, product_id, sku, name, unit_price_cents, quantity)
     select id, $3, 'raced', 'A thing', 1000, 1 from placed
     returning order_id as id`,
    [userId, count, productId, (2 * keepMs) / 1_000],
  )
  return rows.map(({ id }) => id)
}

interface Race {
  readonly payAt: Instance
  readonly cancelAt: Instance
  /** Orders at once. */
  readonly batch: number
  /** Asked after each batch, with how many orders were raced for. */
  isOver(userId: string, orders: number): Promise<boolean>
}

/** Pays and cancels each order at the same moment, while the workers expire some of them. */
async function race({ payAt, cancelAt, batch, isOver }: Race) {
  const buyer = await signedIn(app)
  const { userId } = buyer
  const [payer, canceller] = [at(payAt, buyer), at(cancelAt, buyer)]
  const productId = await product(keeper, { stock })
  const statuses = new Set<number>()
  for (let orders = batch; ; orders += batch) {
    const ids = await placeMany(userId, productId, batch)
    const asked = ids.flatMap(id => [
      payer.post(`/v1/orders/${id}/pay`),
      canceller.post(`/v1/orders/${id}/cancel`),
    ])
    for (const { status } of await Promise.all(asked)) statuses.add(status)
    if (await isOver(userId, orders)) return { userId, productId, orders, statuses }
  }
}

/** What orders of this person came to, and of each kind how many were charged, refunded or not. */
async function accounts(userId: string) {
  const rows = await sql<{ number: number; status: string; payment: string | null }>(
    app,
    `select number::int, o.status, p.status as payment
     from orders_orders o left join orders_payments p on p.order_id = o.id where user_id = $1`,
    [userId],
  )
  const { charges } = await app.payments.statement()
  const charged = new Set(charges.map(({ reference }) => reference))
  const of = (status: string) => rows.filter(row => row.status === status)
  return {
    paid: of('paid').length,
    cancelled: of('cancelled').length,
    cancelledAndCharged: of('cancelled').filter(({ number }) => charged.has(`${number}`)).length,
    paidAndNotCharged: of('paid').filter(({ number }) => !charged.has(`${number}`)).length,
    open: rows.filter(({ status, payment }) => status === 'pending-payment' || payment === 'open')
      .length,
  }
}

describe('ORD-06 paying, cancelling and expiring at the same moment', () => {
  // A machine makes 15 to 200 a second. The sample shows each winner often; every night there are thousands.
  const wanted = atNight(6_000, 240)

  test(
    'never leaves an order cancelled and charged',
    async () => {
      const { userId, productId, orders, statuses } = await race({
        payAt: app.instances[0],
        cancelAt: app.instances[1] ?? app.instances[0],
        batch: 24,
        isOver: async (_userId, orders) => orders >= wanted,
      })
      const { paid, cancelled, ...rest } = await eventually(
        () => accounts(userId),
        ({ open }) => open === 0,
        15_000,
      )
      expect(rest).toEqual({ cancelledAndCharged: 0, paidAndNotCharged: 0, open: 0 })
      expect(paid + cancelled).toBe(orders)
      expect(await shelf(app, productId)).toEqual({
        available: stock - paid,
        reserved: 0,
        sold: paid,
      })
      // Each of them won often, or nothing was raced for.
      expect(Math.min(paid, cancelled)).toBeGreaterThan(orders / 20)
      expect([...statuses].filter(status => ![200, 409].includes(status))).toEqual([])
    },
    timeoutMs,
  )

  control(
    'payment-lock',
    'some are cancelled and charged',
    async () => {
      const { userId } = await race({
        payAt: careless,
        cancelAt: app.instances[0],
        batch: 24,
        isOver: async (userId, orders) =>
          orders > 2_000 || (await accounts(userId)).cancelledAndCharged > 0,
      })
      expect((await accounts(userId)).cancelledAndCharged).toBeGreaterThan(0)
    },
    timeoutMs,
  )
})
