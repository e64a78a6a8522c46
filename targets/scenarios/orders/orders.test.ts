import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { patience } from '../patience.ts'
import { eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { order, product, shelf, shopkeeper } from './shop.ts'
import { orderStates, type Verb, verbs } from './states.ts'

let app: Application
let keeper: Client
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    {
      peers: ['payments'],
      // A gateway on a busy machine is not a silent one.
      config: { defenceSettings: { ...patience, 'payment-timeout': { timeoutMs: 1_500 } } },
    },
    warm,
  )
  keeper = await shopkeeper(app)
})
afterAll(() => app[Symbol.asyncDispose]())

describe('ORD-01 products and stock', () => {
  test('counts to the cent, also where a binary fraction would not', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { price: '0.10', stock: 10 })
    const other = await product(keeper, { price: '0.20', stock: 10 })
    const items = [
      { productId, quantity: 1 },
      { productId: other, quantity: 1 },
    ]
    expect((await order(buyer, items)).body).toMatchObject({
      subtotal: '0.30',
      shipping: '4.90',
      tax: '0.99',
      total: '6.19',
    })
  })

  test('control: a price that is a cent off is noticed', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { price: '0.30', stock: 10 })
    const total = async () => (await order(buyer, [{ productId, quantity: 1 }])).body.total
    expect(await total()).toBe('6.19')
    await sql(app, 'update orders_products set price_cents = price_cents + 1 where id = $1', [
      productId,
    ])
    expect(await total()).toBe('6.20')
  })

  test('takes orders beyond $50,000', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { price: '9999.99', stock: 100 })
    const { body } = await order(buyer, [{ productId, quantity: 99 }])
    expect(body).toMatchObject({ subtotal: '989999.01', tax: '188099.81', total: '1178098.82' })
  })

  test.each([0, -1, 1.5, 10_001, 1e21, '2', null])('refuses a quantity of %s', async quantity => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 5 })
    const items = [{ productId, quantity: quantity as number }]
    expect(await order(buyer, items)).toMatchObject({ status: 400, body: { code: 'validation' } })
    expect(await shelf(app, productId)).toEqual({ available: 5, reserved: 0, sold: 0 })
  })

  test.each(['1.5', '-1.00', '1,00', '1e3', '', '99999999999.00'])(
    'refuses a price of %s',
    async price => {
      const body = { sku: `sku-${randomUUID().slice(0, 8)}`, name: 'x', price }
      expect((await keeper.post('/v1/products', body)).status).toBe(400)
    },
  )

  test('sells nothing that is not active, and lists it no more', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 5 })
    await keeper.patch(`/v1/products/${productId}`, { active: false })
    const refused = await order(buyer, [{ productId, quantity: 1 }])
    expect(refused).toMatchObject({ status: 422, body: { code: 'not-for-sale' } })
    const { sku, active } = (await buyer.get(`/v1/products/${productId}`)).body
    expect(active).toBe(false)
    const { products } = (await buyer.get(`/v1/products?limit=5&after=${sku.slice(0, -1)}`)).body
    expect(products.map(each => each.sku)).not.toContain(sku)
    expect(await shelf(app, productId)).toMatchObject({ available: 5 })
  })
})

describe('ORD-02 from the cart to the parcel', () => {
  test('goes through every state, and refuses every other way', async () => {
    const buyer = await signedIn(app)
    const [one, two] = [await product(keeper, { stock: 3 }), await product(keeper, { stock: 3 })]
    await buyer.put(`/v1/cart/${one}`, { quantity: 2 })
    const cart = await buyer.put(`/v1/cart/${two}`, { quantity: 1 })
    const headers = { 'idempotency-key': randomUUID() }
    const placed = await buyer.post('/v1/orders', {}, { headers })
    expect(placed.body).toMatchObject({ status: 'pending-payment', total: cart.body.total })
    expect((await buyer.get('/v1/cart')).body.items).toEqual([])
    const path = `/v1/orders/${placed.body.id}`
    expect(await keeper.post(`${path}/ship`)).toMatchObject({
      status: 409,
      body: { code: 'wrong-state' },
    })
    expect((await buyer.post(`${path}/pay`)).body).toMatchObject({ status: 'paid' })
    expect((await buyer.post(`${path}/ship`)).status).toBe(403)
    expect((await keeper.post(`${path}/ship`)).body).toMatchObject({ status: 'shipped' })
    expect((await buyer.post(`${path}/cancel`)).status).toBe(409)
    const { history } = (await buyer.get(path)).body
    expect(history.map((each: { status: string }) => each.status)).toEqual([
      'pending-payment',
      'paid',
      'shipped',
    ])
    expect(await shelf(app, one)).toEqual({ available: 1, reserved: 0, sold: 2 })
  })

  test.each(orderStates)('an order that is $status answers as it must', async each => {
    const { status, way, answers } = each
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 3 })
    const act = async (id: string, verb: Verb) =>
      (await (verb === 'ship' ? keeper : buyer).post(`/v1/orders/${id}/${verb}`)).status
    const statuses = []
    for (const verb of verbs) {
      const { id } = (await order(buyer, [{ productId, quantity: 1 }])).body
      if (status === 'payment-failed') await app.payments.admin.post({ kind: 'decline', times: 1 })
      for (const step of way) await act(id, step)
      expect((await buyer.get(`/v1/orders/${id}`)).body.status).toBe(status)
      statuses.push(await act(id, verb))
    }
    expect(statuses).toEqual(answers)
  })

  test('control: an order whose state is wrong in the database goes a way it must not', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 1 })
    const { id } = (await order(buyer, [{ productId, quantity: 1 }])).body
    const ship = async () => (await keeper.post(`/v1/orders/${id}/ship`)).status
    expect(await ship()).toBe(409)
    await sql(app, "update orders_orders set status = 'paid' where id = $1", [id])
    expect(await ship()).toBe(200)
  })

  test("shows nobody another person's order", async () => {
    const [buyer, other] = [await signedIn(app), await signedIn(app)]
    const productId = await product(keeper, { stock: 1 })
    const { id } = (await order(buyer, [{ productId, quantity: 1 }])).body
    for (const path of [`/v1/orders/${id}`]) expect((await other.get(path)).status).toBe(404)
    for (const verb of ['pay', 'cancel']) {
      expect((await other.post(`/v1/orders/${id}/${verb}`)).status).toBe(404)
    }
    expect((await other.get('/v1/orders')).body.orders).toEqual([])
  })
})

describe('ORD-03 scarce stock', () => {
  test.each([50, 100])('of %i buyers at once as many win as there are goods', async buyers => {
    const stock = 7
    const productId = await product(keeper, { stock })
    const clients = await Promise.all(app.instances.map(each => signedIn(app, undefined, each)))
    const answers = await Promise.all(
      Array.from({ length: buyers }, (_, index) => {
        const client = clients[index % clients.length] ?? keeper
        return order(client, [{ productId, quantity: 1 }])
      }),
    )
    const statuses = answers.map(each => each.status)
    expect(statuses.filter(status => status === 201)).toHaveLength(stock)
    expect(statuses.filter(status => status === 409)).toHaveLength(buyers - stock)
    expect(await shelf(app, productId)).toEqual({ available: 0, reserved: stock, sold: 0 })
  })
})

describe('ORD-05 idempotency keys', () => {
  test('the same request again, at once and later, has one effect and one answer', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 50 })
    const [key, items] = [randomUUID(), [{ productId, quantity: 2 }]]
    const answers = await Promise.all(Array.from({ length: 10 }, () => order(buyer, items, key)))
    answers.push(await order(buyer, items, key))
    expect(new Set(answers.map(each => each.status))).toEqual(new Set([201]))
    expect(new Set(answers.map(each => each.body.id)).size).toBe(1)
    expect(await shelf(app, productId)).toEqual({ available: 48, reserved: 2, sold: 0 })
  })

  test('an order of the cart, sent again when the cart is empty, is the same', async () => {
    const buyer = await signedIn(app)
    const [one, two] = [await product(keeper, { stock: 9 }), await product(keeper, { stock: 9 })]
    await buyer.put(`/v1/cart/${one}`, { quantity: 2 })
    const headers = { 'idempotency-key': randomUUID() }
    const first = await buyer.post('/v1/orders', {}, { headers })
    const again = await buyer.post('/v1/orders', {}, { headers })
    await buyer.put(`/v1/cart/${two}`, { quantity: 1 })
    const later = await buyer.post('/v1/orders', {}, { headers })
    expect([first.status, again.status, later.status]).toEqual([201, 201, 201])
    expect([again.body.id, later.body.id]).toEqual([first.body.id, first.body.id])
    expect((await buyer.get('/v1/cart')).body.items).toHaveLength(1)
    expect(await shelf(app, one)).toEqual({ available: 7, reserved: 2, sold: 0 })
  })

  test('the last goods are enough for a request and its repetitions', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 1 })
    const [key, items] = [randomUUID(), [{ productId, quantity: 1 }]]
    const answers = await Promise.all(Array.from({ length: 6 }, () => order(buyer, items, key)))
    expect(new Set(answers.map(each => each.status))).toEqual(new Set([201]))
  })

  test('a key used for something else is refused', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 50 })
    const key = randomUUID()
    await order(buyer, [{ productId, quantity: 1 }], key)
    const other = await order(buyer, [{ productId, quantity: 2 }], key)
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } })
  })

  test('keys are private: two people may use the same', async () => {
    const productId = await product(keeper, { stock: 50 })
    const key = randomUUID()
    const items = [{ productId, quantity: 1 }]
    const one = await order(await signedIn(app), items, key)
    const two = await order(await signedIn(app), items, key)
    expect(one.body.id).not.toBe(two.body.id)
  })
})

describe('ORD-06 cancelling and history', () => {
  test('gives the goods back, once; a paid order cannot be cancelled', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 4 })
    const { id } = (await order(buyer, [{ productId, quantity: 3 }])).body
    const cancelled = await Promise.all(
      Array.from({ length: 4 }, () => buyer.post(`/v1/orders/${id}/cancel`)),
    )
    expect(cancelled.map(each => each.status).sort()).toEqual([200, 409, 409, 409])
    expect(await shelf(app, productId)).toEqual({ available: 4, reserved: 0, sold: 0 })
    const paid = (await order(buyer, [{ productId, quantity: 1 }])).body
    await buyer.post(`/v1/orders/${paid.id}/pay`)
    expect((await buyer.post(`/v1/orders/${paid.id}/cancel`)).body.code).toBe('wrong-state')
  })

  test('numbers are unique and pages of the history are whole', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 100 })
    await Promise.all(Array.from({ length: 12 }, () => order(buyer, [{ productId, quantity: 1 }])))
    const numbers: number[] = []
    for (let after: string | number | null = 0; after !== null; ) {
      const { body } = await buyer.get(`/v1/orders?limit=5&after=${after}`)
      numbers.push(...body.orders.map(({ number }) => number))
      after = body.next
    }
    expect(numbers).toHaveLength(12)
    expect(new Set(numbers).size).toBe(12)
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  })

  test('takes back what nobody paid for', async () => {
    const buyer = await signedIn(app)
    const productId = await product(keeper, { stock: 4 })
    const { id } = (await order(buyer, [{ productId, quantity: 3 }])).body
    await sql(app, `update orders_orders set created_at = now() - interval '1 h' where id = $1`, [
      id,
    ])
    await eventually(
      async () => (await buyer.get(`/v1/orders/${id}`)).body.status,
      status => status === 'cancelled',
    )
    expect(await shelf(app, productId)).toEqual({ available: 4, reserved: 0, sold: 0 })
  })
})

describe('ORD-08 isolation', () => {
  test('credit is never overdrawn by purchases at the same time', async () => {
    const buyers = await Promise.all(app.instances.map(each => signedIn(app, undefined, each)))
    const [buyer] = buyers
    if (!buyer) throw new Error('no buyer')
    const headers = () => ({ 'idempotency-key': randomUUID(), 'x-deadline-ms': '8000' })
    const gift = { amount: '50.00' }
    await keeper.post(`/v1/users/${buyer.userId}/credit`, gift, { headers: headers() })
    const answers = await Promise.all(
      Array.from({ length: 16 }, () =>
        buyer.post('/v1/credit/spend', { amount: '10.00' }, { headers: headers() }),
      ),
    )
    const statuses = answers.map(each => each.status)
    expect(statuses.filter(status => status === 200)).toHaveLength(5)
    expect((await buyer.get('/v1/credit')).body).toEqual({ balance: '0.00' })
  })
})
