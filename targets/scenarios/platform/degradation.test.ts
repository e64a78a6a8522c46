import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { reservePort } from '../../runtime/reserve-port.ts'
import { type ApplicationAt, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { besides } from '../data/benches.ts'
import { faultOn } from '../link-fault.ts'
import { order, product, shopkeeper } from '../orders/shop.ts'
import { patience } from '../patience.ts'
import { at, eventually, isWhole, newPerson, signedIn, sql } from '../person.ts'
import { ChatClient } from '../realtime/chat-client.ts'
import type { OwnPlace } from '../servers.ts'
import { test } from '../warm.ts'

let app: ApplicationAt<OwnPlace>
let keeper: Client
let buyer: Client
let productId: string
const person = newPerson()
test.beforeAll(async ({ ownPostgres }) => {
  app = await startApplication(
    {
      peers: ['smtp', 'payments', 'marketplace', 'oauth'],
      config: { defenceSettings: patience },
    },
    ownPostgres,
  )
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
const nobody = () => app.instances[0].client()
const logIn = () =>
  nobody().post('/v1/login', { login: person.username, password: person.password })
/** A post that everybody may read. */
async function publish(): Promise<string> {
  const post = (await keeper.post('/v1/drafts', { title: 'Hello', body: 'x', tags: [] })).body
  await keeper.post(`/v1/drafts/${post.id}/publish`)
  return `/v1/posts/${post.slug}`
}
const whole = () => eventually(() => isWhole(app.instances[0]), Boolean, 10_000)

describe('PLT-04 with one dependency away, the documented rest works', () => {
  test('Redis: tokens, orders, blog and chat go on; checkout, sign-in and cookies do not', async () => {
    const post = await publish()
    const [channel, cookie] = [`room-${randomUUID()}`, (await logIn()).headers.get('set-cookie')]
    const withCookie = () =>
      app.instances[0].client().get('/v1/me', { headers: { cookie: cookie?.split(';')[0] ?? '' } })
    const [here, there = here] = app.instances
    using writer = await ChatClient.open(here, { channel })
    using reader = await ChatClient.open(there, { channel })
    expect((await withCookie()).status).toBe(200)
    await app.redis.kill()
    try {
      expect((await nobody().get(post)).status).toBe(200)
      expect((await buyer.post(`${post}/comments`, { body: 'still here' })).status).toBe(201)
      await writer.say(channel, 'not told by Redis')
      await reader.has(channel, 1)
      expect(reader.numbers(channel)).toEqual([1])
      expect((await buyer.get('/v1/me')).status).toBe(200)
      expect((await order(buyer, items())).status).toBe(201)
      expect((await buyer.get('/v1/products')).status).toBe(200)
      for (const refused of [await checkout(), await logIn(), await withCookie()]) {
        expect(refused).toMatchObject({ status: 503, body: { outcome: 'not-done' } })
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      }
    } finally {
      await app.redis.restart()
    }
    await whole()
    expect((await eventually(checkout, each => each.status === 201)).status).toBe(201)
    expect((await logIn()).status).toBe(200)
    expect((await withCookie()).status).toBe(200)
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
    expect((await nobody().post('/v1/accounts', newcomer)).status).toBe(201)
    await app.smtp.restart()
    const mails = await eventually(
      () => app.smtp.mailbox(newcomer.email),
      all => all.length > 0,
      15_000,
    )
    expect(mails).toHaveLength(1)
  })
  test('the marketplace: what was seen is shown as old; buying there waits; ours goes on', async () => {
    const show = (sku: string) => buyer.get(`/v1/marketplace/products/${sku}`)
    const buy = () => {
      const headers = { 'idempotency-key': randomUUID() }
      return buyer.post('/v1/marketplace/orders', { sku: 'lamp', quantity: 1 }, { headers })
    }
    expect((await show('lamp')).body).toMatchObject({ stale: false })
    await app.marketplace.kill()
    expect(await show('lamp')).toMatchObject({ status: 200, body: { stale: true } })
    for (const refused of [await show('sofa'), await buy()]) expect(refused.status).toBe(503)
    expect((await order(buyer, items())).status).toBe(201)
    await app.marketplace.restart()
    await eventually(buy, each => each.status === 201, 15_000)
  })

  test('the sign-in provider: passwords and who is in go on; signing in through it stops', async () => {
    const begin = () => nobody().post('/v1/oauth/start')
    await app.oauth.kill()
    expect(await begin()).toMatchObject({ status: 503, body: { code: 'oauth-unavailable' } })
    expect((await logIn()).status).toBe(200)
    expect((await buyer.get('/v1/me')).status).toBe(200)
    await app.oauth.restart()
    await eventually(begin, each => each.status === 200, 15_000)
  })

  test("the directory's database: everything but the directory goes on", async () => {
    const url = await besides(app.postgres.url, 'directory')
    const listed = at(await app.startInstance('listed', ['api'], { directory: { url } }), buyer)
    const entry = () => {
      const { email, password } = newPerson()
      return listed.post('/v1/directory/people', { email, password, name: 'Ada' })
    }
    expect((await entry()).status).toBe(201)
    {
      const reset = { type: 'reset_peer', attributes: { timeout: 0 } }
      await using _away = await faultOn(app, 'listed>directory', reset)
      expect(await entry()).toMatchObject({ status: 503, body: { code: 'directory-unavailable' } })
      expect((await order(listed, items())).status).toBe(201)
      expect((await listed.get('/health/ready')).status).toBe(200)
    }
    await eventually(entry, each => each.status === 201, 15_000)
  })

  // That they arrive when it is back is shown by DAT-09.
  test('ClickHouse: events are taken, figures are refused, all else goes on', async () => {
    const { port, release } = await reservePort()
    await release()
    const clickhouse = { url: `http://127.0.0.1:${port}`, username: 'x', password: 'x' }
    const counting = at(await app.startInstance('counting', ['api'], { clickhouse }), buyer)
    const name = 'seen-in-the-dark'
    const { status } = await counting.post('/v1/events', { name, properties: {} })
    expect(status).toBe(202)
    const kept = await sql(app, 'select 1 from analytics_outbox where name = $1', [name])
    expect(kept).toHaveLength(1)
    expect(await counting.get('/v1/analytics/counts')).toMatchObject({
      status: 503,
      body: { code: 'clickhouse-unavailable' },
    })
    expect((await order(counting, items())).status).toBe(201)
  })
})
