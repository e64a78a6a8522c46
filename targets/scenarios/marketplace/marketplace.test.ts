import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { eventually, signedIn } from '../person.ts'
import { test } from '../warm.ts'
import { attemptsBy, buy, hurried, lamp, route, startBuyer } from './market.ts'

let app: Application
let client: Client
let instances: Readonly<Record<'plain' | 'guarded' | 'budget' | 'bare', Client>>
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ peers: ['marketplace'], instances: [['api']] }, warm)
  client = await signedIn(app)
  const [plain, guarded, budget, bare] = await Promise.all([
    // So many faults one after the other must not use up the budget of the next test.
    startBuyer(app, client, 'plain', ['circuit-breaker'], { 'retry-budget': { reserve: 1_000 } }),
    startBuyer(app, client, 'guarded', [], {
      'marketplace-bulkhead': { concurrent: 4, waiting: 4 },
      'marketplace-timeouts': { headMs: 5_000, attemptMs: 6_000 },
      // So that a busy machine asks often enough in a window, and sees it open.
      'circuit-breaker': { windowMs: 20_000, resetMs: 3_000 },
    }),
    startBuyer(app, client, 'budget', ['circuit-breaker']),
    startBuyer(app, client, 'bare', [
      'circuit-breaker',
      'retry-after',
      'retry-budget',
      'marketplace-bulkhead',
    ]),
  ])
  instances = { plain, guarded, budget, bare }
})
afterEach(() => app.marketplace.admin.heal())
afterAll(() => app[Symbol.asyncDispose]())

describe('MKT-01 every status of the API', () => {
  test('shows products and buys once for each key', async () => {
    expect(await client.get(lamp)).toMatchObject({
      status: 200,
      body: { sku: 'lamp', priceCents: 4_900, stale: false },
    })
    const key = randomUUID()
    const [first, again] = [await buy(client, 'sofa', key), await buy(client, 'sofa', key)]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    expect(await buy(client, 'sofa', randomUUID(), { quantity: 5 })).toMatchObject({
      status: 409,
      body: { code: 'out-of-stock', outcome: 'not-done' },
    })
    const { orders } = await app.marketplace.statement()
    expect(orders.filter(({ sku }) => sku === 'sofa')).toHaveLength(1)
  })

  const final: readonly [number, number, string][] = [
    [401, 502, 'marketplace-credentials'],
    [403, 502, 'marketplace-credentials'],
    [404, 404, 'not-found'],
    [422, 502, 'marketplace-contract'],
  ]
  test.each(final)('asks once after %i, and answers %i %s', async (status, answered, code) => {
    const asking = instances.plain
    await app.marketplace.admin.post({ kind: 'status', status, on: route })
    const attempts = await attemptsBy(app, async () => {
      expect(await asking.get(lamp)).toMatchObject({ status: answered, body: { code } })
    })
    expect(attempts).toBe(1)
  })

  test.each([500, 502, 503])('tries again after %i', async status => {
    const asking = instances.plain
    await app.marketplace.admin.post({ kind: 'status', status, on: route, times: 1 })
    const attempts = await attemptsBy(app, async () => {
      expect(await asking.get(lamp)).toMatchObject({ status: 200, body: { stale: false } })
    })
    expect(attempts).toBe(2)
  })

  test('leaves it alone after 429 for as long as it asks, then goes on', async () => {
    const asking = instances.plain
    const asked = { kind: 'status', status: 429, retryAfterSeconds: 2, on: route } as const
    await app.marketplace.admin.post({ ...asked, times: 1 })
    const before = (await app.marketplace.attempts()).attempts.length
    const told = performance.now()
    const attempts = await attemptsBy(app, async () => {
      const refused = await asking.get(lamp, hurried)
      expect(refused).toMatchObject({ status: 503, body: { code: 'marketplace-busy' } })
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      for (let i = 0; i < 5; i++) expect((await asking.get(lamp, hurried)).status).toBe(503)
    })
    expect(attempts).toBe(1)
    while (performance.now() - told < 5_000) {
      if ((await asking.get(lamp, hurried)).status === 200) break
    }
    const { attempts: seen } = await app.marketplace.attempts()
    // There may be more: those that went on, but had no answer in their time.
    const [limited, next] = seen.slice(before)
    expect((next?.atMs ?? 0) - (limited?.atMs ?? 0)).toBeGreaterThanOrEqual(2_000)
  })

  control('retry-after', 'it is asked again at once', async () => {
    const asking = instances.bare
    const asked = { kind: 'status', status: 429, retryAfterSeconds: 2, on: route } as const
    await app.marketplace.admin.post({ ...asked, times: 1 })
    expect((await asking.get(lamp)).status).toBe(200)
    const { attempts: seen } = await app.marketplace.attempts()
    const [limited, next] = seen.slice(-2)
    expect((next?.atMs ?? 0) - (limited?.atMs ?? 0)).toBeLessThan(2_000)
  })
})

describe('MKT-03 retries within a budget', () => {
  const requests = 100
  const askAll = async (asking: Client) => {
    for (let batch = 0; batch < requests / 10; batch++) {
      await Promise.all(Array.from({ length: 10 }, () => asking.get(lamp)))
    }
  }

  test('at most 1.2 attempts for each request while the API is down', async () => {
    const asking = instances.guarded
    await app.marketplace.admin.post({ kind: 'status', status: 503, on: route })
    const attempts = await attemptsBy(app, () => askAll(asking))
    expect(attempts).toBeGreaterThan(0)
    expect(attempts).toBeLessThanOrEqual(1.2 * requests)
  })

  test('the budget alone holds it, without the breaker', async () => {
    const asking = instances.budget
    await app.marketplace.admin.post({ kind: 'status', status: 503, on: route })
    const attempts = await attemptsBy(app, () => askAll(asking))
    // The reserve lets a quiet service try again: it is spent once.
    expect(attempts).toBeLessThanOrEqual(1.2 * requests + 10)
    expect(attempts).toBeGreaterThanOrEqual(requests)
  })

  control(['retry-budget', 'circuit-breaker'], 'there is a storm', async () => {
    const asking = instances.bare
    await app.marketplace.admin.post({ kind: 'status', status: 503, on: route })
    const attempts = await attemptsBy(app, () =>
      Promise.all(Array.from({ length: 10 }, () => asking.get(lamp))),
    )
    expect(attempts).toBeGreaterThan(3 * 10)
  })
})

describe('MKT-04 breaker, fallback and bulkhead', () => {
  test('shows the last known product, marked as stale, while the API is away', async () => {
    const asking = client
    expect((await asking.get(lamp)).body.stale).toBe(false)
    await app.marketplace.admin.post({ kind: 'hang' })
    const answers = await Promise.all(Array.from({ length: 10 }, () => asking.get(lamp)))
    for (const { status, body } of answers) {
      expect({ status, body }).toMatchObject({ status: 200, body: { sku: 'lamp', stale: true } })
      expect(Date.parse(body.asOf)).toBeLessThanOrEqual(Date.now())
    }
    expect((await asking.get('/v1/marketplace/products/never-seen')).status).toBe(503)
  })

  test('takes a copy that cannot be read for none', async () => {
    await using redis = Object.assign(new Redis(app.redis.port, app.redis.host), {
      [Symbol.asyncDispose]: async () => redis.disconnect(),
    })
    await app.marketplace.admin.post({ kind: 'hang' })
    for (const damaged of ['{"product":{"sku":"spoilt","ti', '{"asOf":"yesterday"}']) {
      await redis.set('marketplace:product:spoilt', damaged)
      const answer = await client.get('/v1/marketplace/products/spoilt', hurried)
      expect(answer).toMatchObject({ status: 503, body: { outcome: 'not-done' } })
    }
  })

  control('marketplace-copies', 'what was seen a moment ago is not shown', async () => {
    const asking = instances.plain
    expect((await asking.get(lamp)).status).toBe(200)
    await app.marketplace.admin.post({ kind: 'hang' })
    expect((await asking.get(lamp, hurried)).status).toBe(503)
  })

  test('opens on failures, leaves the API alone, and closes when it is back', async () => {
    const asking = instances.guarded
    await app.marketplace.admin.post({ kind: 'status', status: 500, on: route })
    const asked = () => asking.get(lamp)
    await eventually(asked, ({ body }) => body.code === 'circuit-open', 15_000)
    const attempts = await attemptsBy(app, async () => {
      for (let i = 0; i < 3; i++) {
        expect(await asked()).toMatchObject({ status: 503, body: { code: 'circuit-open' } })
      }
    })
    expect(attempts).toBe(0)
    await app.marketplace.admin.heal()
    await eventually(asked, ({ status }) => status === 200, 15_000)
  })

  control('circuit-breaker', 'every request still reaches the API', async () => {
    const asking = instances.budget
    await app.marketplace.admin.post({ kind: 'status', status: 500, on: route })
    for (let i = 0; i < 12; i++) await asking.get(lamp)
    expect(await attemptsBy(app, () => asking.get(lamp))).toBeGreaterThan(0)
  })

  test('bounds calls at once: the rest wait or are refused', async () => {
    const { most, answers } = await crowd(instances.guarded, 1_000)
    expect(most).toBeLessThanOrEqual(4)
    const served = answers.filter(({ status }) => status === 200).length
    const refused = answers.filter(({ body }) => body.code === 'busy').length
    expect(served).toBeGreaterThanOrEqual(8)
    expect(refused).toBeGreaterThan(0)
    expect(served + refused).toBe(20)
  })

  control('marketplace-bulkhead', 'all of them are there at once', async () => {
    const { most } = await crowd(instances.bare, 150)
    expect(most).toBeGreaterThan(4)
  })

  /** 20 at once, each call taking a moment; and how many calls the API saw at one moment. */
  async function crowd(asking: Client, delayMs: number) {
    // Closed again, whatever an earlier test did to it.
    const asked = () => asking.get(lamp)
    await eventually(asked, ({ status }) => status === 200, 15_000)
    const id = await app.marketplace.admin.post({ kind: 'slow', delayMs, on: route })
    const before = await app.marketplace.attempts()
    const answers = await Promise.all(Array.from({ length: 20 }, () => asking.get(lamp)))
    const after = await app.marketplace.attempts()
    await app.marketplace.admin.heal(id)
    const seen = after.attempts.slice(before.attempts.length)
    const most = Math.max(
      ...seen.map(
        ({ atMs }) => seen.filter(it => it.atMs <= atMs && it.atMs > atMs - 0.9 * delayMs).length,
      ),
    )
    return { most, answers }
  }
})
