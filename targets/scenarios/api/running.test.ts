import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { shopkeeper } from '../orders/shop.ts'
import { eventually } from '../person.ts'

let app: Application
beforeAll(async () => {
  app = await startApplication({
    peers: ['payments'],
    config: { defenceSettings: { 'rate-limit': { requests: 40, windowMs: 3_000 } } },
  })
})
afterAll(() => app[Symbol.asyncDispose]())

const clients = () => app.instances.map(each => each.client())
const burst = async (count: number, on: readonly Client[]) =>
  Promise.all(
    Array.from({ length: count }, (_, index) => {
      const client = on[index % on.length]
      if (!client) throw new Error('no client')
      return client.get('/v1/products')
    }),
  )

describe('API-03 rate limit', () => {
  test('holds over all instances, tells when to come back, and then lets in', async () => {
    const answers = await burst(60, clients())
    const refused = answers.filter(each => each.status === 429)
    const passed = answers.filter(each => each.status === 200).length
    expect(passed).toBeLessThanOrEqual(40)
    expect(passed).toBeGreaterThan(30)
    expect(refused[0]?.body).toMatchObject({ code: 'rate-limited', outcome: 'not-done' })
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    await eventually(
      async () => (await burst(1, clients()))[0]?.status,
      status => status === 200,
    )
  })

  test('while Redis is away each instance counts for itself', async () => {
    await app.redis.kill()
    try {
      const answers = await burst(100, clients().slice(0, 1))
      const passed = answers.filter(each => each.status === 200).length
      expect(passed).toBeGreaterThanOrEqual(39)
      expect(passed).toBeLessThanOrEqual(41)
    } finally {
      await app.redis.restart()
    }
  })
})

describe('API-08 health', () => {
  const ready = (client: Client) => client.get('/health/ready')

  test('readiness falls and returns with each dependency; liveness stays', async () => {
    for (const [name, server] of [
      ['redis', app.redis],
      ['postgres', app.postgres],
    ] as const) {
      const [client] = clients()
      if (!client) throw new Error('no client')
      await eventually(
        () => ready(client),
        each => each.status === 200,
        10_000,
      )
      await server.kill()
      const down = await eventually(
        () => ready(client),
        each => each.status === 503,
      )
      expect(down.body.dependencies).toMatchObject({ [name]: 'down' })
      expect((await client.get('/health/live')).status).toBe(200)
      await server.restart()
      await eventually(
        () => ready(client),
        each => each.status === 200,
        10_000,
      )
    }
  })
})

describe('API-04 circuit breakers', () => {
  test('that of the cache opens and closes again without tripping that of the shop', async () => {
    const [client] = clients()
    if (!client) throw new Error('no client')
    const read = () => client.get('/sessions/00000000-0000-4000-8000-000000000000')
    await app.redis.kill()
    const opened = await eventually(read, each => each.body.code === 'circuit-open')
    expect(Number(opened.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    const began = performance.now()
    await read()
    expect(performance.now() - began).toBeLessThan(500)
    const metrics = (await client.get('/metrics')).body
    expect(metrics).toMatch(/circuit_breaker_state\{name="redis-reads".*\} 2/)
    expect(metrics).toMatch(/circuit_breaker_state\{name="postgres-orders".*\} 0/)
    expect((await client.get('/orders/00000000-0000-4000-8000-000000000000')).status).toBe(404)
    await app.redis.restart()
    await eventually(read, each => each.status === 404, 10_000)
  })
})

describe('API-09 graceful shutdown', () => {
  test('what is in flight ends, what is new goes elsewhere, nothing is lost', async () => {
    const leaving = await app.startInstance('app-leaving', ['api'])
    const keeper = await shopkeeper(app)
    const going = leaving.client()
    going.token = keeper.token
    const body = () => ({ sku: `g-${crypto.randomUUID()}`, name: 'x', price: '1.00' })
    const inFlight = Array.from({ length: 20 }, () => going.post('/v1/products', body()))
    await inFlight[0]
    await leaving.process.signal('SIGTERM')
    const answers = await Promise.allSettled(inFlight)
    const kept = answers.filter(each => each.status === 'fulfilled').map(each => each.value)
    expect(kept.map(each => each.status).every(status => [201, 429, 503].includes(status))).toBe(
      true,
    )
    expect((await leaving.process.exited).code).toBe(0)
    for (const { status, headers } of kept) {
      if (status !== 201) continue
      const found = await eventually(
        () => keeper.get(headers.get('location') ?? ''),
        each => each.status !== 429,
      )
      expect(found.status).toBe(200)
    }
    await expect(going.get('/health/live')).rejects.toThrow()
  })
})
