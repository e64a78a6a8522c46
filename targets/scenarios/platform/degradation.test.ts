import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { order, product, shopkeeper } from '../orders/shop.ts'
import { eventually, newPerson, signedIn } from '../person.ts'

let app: Application
let keeper: Client
let buyer: Client
let productId: string
const person = newPerson()
beforeAll(async () => {
  app = await startApplication({ instances: [['api', 'worker']], peers: ['smtp', 'payments'] })
  keeper = await shopkeeper(app)
  buyer = await signedIn(app, person)
  productId = await product(keeper, { stock: 100 })
})
afterAll(() => app[Symbol.asyncDispose]())

const items = () => [{ productId, quantity: 1 }]
const checkout = () => {
  const lines = [{ sku: 'a', quantity: 1, priceCents: 100 }]
  return buyer.post('/checkout', { orderId: randomUUID(), items: lines })
}
const logIn = () =>
  app.instances[0].client().post('/v1/login', { login: person.username, password: person.password })
const whole = () =>
  eventually(
    () => buyer.get('/health/ready'),
    each => each.status === 200,
    10_000,
  )

describe('PLT-04 with one dependency away, the documented rest works', () => {
  test('Redis: tokens, orders and reading go on; checkout and signing in are refused', async () => {
    await app.redis.kill()
    try {
      expect((await buyer.get('/v1/me')).status).toBe(200)
      expect((await order(buyer, items())).status).toBe(201)
      expect((await buyer.get('/v1/products')).status).toBe(200)
      for (const refused of [await checkout(), await logIn()]) {
        expect(refused).toMatchObject({ status: 503, body: { outcome: 'not-done' } })
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      }
    } finally {
      await app.redis.restart()
    }
    await whole()
    expect((await eventually(checkout, each => each.status === 201)).status).toBe(201)
    expect((await logIn()).status).toBe(200)
  })

  test('Postgres: the process lives and refuses; then all of it works again', async () => {
    await app.postgres.kill()
    try {
      expect((await buyer.get('/health/live')).status).toBe(200)
      const refused = await eventually(
        () => order(buyer, items()),
        each => each.status === 503,
      )
      expect(refused.headers.get('content-type')).toBe('application/problem+json')
    } finally {
      await app.postgres.restart()
    }
    await whole()
    const placed = await eventually(
      () => order(buyer, items()),
      each => each.status === 201,
    )
    expect(placed.status).toBe(201)
  })

  test('the payment gateway: an order waits, and is paid when it is back', async () => {
    const placed = (await order(buyer, items())).body
    await app.payments.kill()
    const headers = { 'x-deadline-ms': '5000' }
    const pay = () => buyer.post(`/v1/orders/${placed.id}/pay`, undefined, { headers })
    expect(await pay()).toMatchObject({ status: 202, body: { payment: 'pending' } })
    await app.payments.restart()
    const paid = await eventually(
      async () => (await buyer.get(`/v1/orders/${placed.id}`)).body.status,
      status => status === 'paid',
      20_000,
    )
    expect(paid).toBe('paid')
  })

  test('the mail server: people register, and get their mail when it is back', async () => {
    const newcomer = newPerson()
    await app.smtp.kill()
    expect((await app.instances[0].client().post('/v1/accounts', newcomer)).status).toBe(201)
    await app.smtp.restart()
    const mails = await eventually(
      () => app.smtp.mailbox(newcomer.email),
      all => all.length > 0,
      15_000,
    )
    expect(mails).toHaveLength(1)
  })
})
