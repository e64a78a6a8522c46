import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DefenceName } from '../../service/defences.ts'
import { type Application, startApplication } from '../application.ts'
import type { Answer, Client } from '../client.ts'
import { control } from '../control.ts'
import { faultOn } from '../link-fault.ts'
import { eventually, signedIn } from '../person.ts'

type Kind = 'plain' | 'guarded' | 'budget' | 'bare' | 'patient' | 'alone'

/** Instances that differ in what is switched off; copies would hide what most tests ask. */
const off: Record<Kind, readonly DefenceName[]> = {
  plain: ['circuit-breaker'],
  guarded: [],
  budget: ['circuit-breaker'],
  bare: ['circuit-breaker', 'retry-after', 'retry-budget', 'marketplace-bulkhead'],
  patient: ['marketplace-timeouts', 'request-deadline'],
  alone: [],
}

let app: Application
let client: Client
let instances: Readonly<Record<Kind, Client>>
beforeAll(async () => {
  app = await startApplication({ peers: ['marketplace'], instances: [['api']] })
  const start = async (kind: Kind, changed: object = {}) => {
    const defencesOff = ['marketplace-copies', ...off[kind]]
    const instance = await app.startInstance(kind, ['api'], { defencesOff, ...changed })
    return instance.client()
  }
  const [plain, guarded, budget, bare, patient, alone] = await Promise.all([
    // So many faults one after the other must not use up the budget of the next test.
    start('plain', { defenceSettings: { 'retry-budget': { reserve: 1_000 } } }),
    start('guarded', {
      defenceSettings: {
        'marketplace-bulkhead': { concurrent: 4, waiting: 4 },
        'marketplace-timeouts': { headMs: 5_000, attemptMs: 6_000 },
        // So that a busy machine asks often enough in a window, and sees it open.
        'circuit-breaker': { windowMs: 20_000, resetMs: 3_000 },
      },
    }),
    start('budget'),
    start('bare'),
    start('patient'),
    start('alone'),
  ])
  instances = { plain, guarded, budget, bare, patient, alone }
  client = await signedIn(app)
})
afterEach(() => app.marketplace.admin.heal())
afterAll(() => app[Symbol.asyncDispose]())

const route = 'GET /products/:sku'
const lamp = '/v1/marketplace/products/lamp'
const deadlineMs = 800
const hurried = { headers: { 'x-deadline-ms': `${deadlineMs}` } }
/** What a busy machine may add to any answer. */
const schedulingMs = 400

function buy(sku: string, key: string, quantity = 1, by = client): Promise<Answer> {
  const headers = { 'idempotency-key': key }
  return by.post('/v1/marketplace/orders', { sku, quantity }, { headers })
}

async function attemptsBy(work: () => Promise<unknown>): Promise<number> {
  const before = (await app.marketplace.attempts()).attempts.length
  await work()
  return (await app.marketplace.attempts()).attempts.length - before
}

describe('MKT-01 every status of the API', () => {
  test('shows products and buys once for each key', async () => {
    expect(await client.get(lamp)).toMatchObject({
      status: 200,
      body: { sku: 'lamp', priceCents: 4_900, stale: false },
    })
    const key = randomUUID()
    const [first, again] = [await buy('sofa', key), await buy('sofa', key)]
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    expect(await buy('sofa', randomUUID(), 5)).toMatchObject({
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
    const attempts = await attemptsBy(async () => {
      expect(await asking.get(lamp)).toMatchObject({ status: answered, body: { code } })
    })
    expect(attempts).toBe(1)
  })

  test.each([500, 502, 503])('tries again after %i', async status => {
    const asking = instances.plain
    await app.marketplace.admin.post({ kind: 'status', status, on: route, times: 1 })
    const attempts = await attemptsBy(async () => {
      expect(await asking.get(lamp)).toMatchObject({ status: 200, body: { stale: false } })
    })
    expect(attempts).toBe(2)
  })

  test('leaves it alone after 429 for as long as it asks, then goes on', async () => {
    const asking = instances.plain
    const asked = { kind: 'status', status: 429, retryAfterSeconds: 2, on: route } as const
    await app.marketplace.admin.post({ ...asked, times: 1 })
    const told = performance.now()
    const attempts = await attemptsBy(async () => {
      const refused = await asking.get(lamp, hurried)
      expect(refused).toMatchObject({ status: 503, body: { code: 'marketplace-busy' } })
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      for (let i = 0; i < 5; i++) expect((await asking.get(lamp, hurried)).status).toBe(503)
    })
    expect(attempts).toBe(1)
    while (performance.now() - told < 3_000) {
      if ((await asking.get(lamp, hurried)).status === 200) break
    }
    const { attempts: seen } = await app.marketplace.attempts()
    const [limited, next] = seen.slice(-2)
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

describe('MKT-02 broken answers', () => {
  const broken = [
    ['slow head', { kind: 'slow', delayMs: 3_000 }, 'marketplace-timeout'],
    ['no answer', { kind: 'hang' }, 'marketplace-timeout'],
    ['slow body', { kind: 'slow-body', bytesPerSecond: 20 }, 'marketplace-timeout'],
    ['cut body', { kind: 'cut-body', afterBytes: 10 }, 'marketplace-cut'],
    ['reset', { kind: 'reset' }, 'marketplace-cut'],
    ['wrong type', { kind: 'content-type', contentType: 'text/html' }, 'marketplace-content-type'],
    ['invalid JSON', { kind: 'invalid-json' }, 'marketplace-invalid-json'],
  ] as const

  test.each(broken)('%s: tries again, and succeeds', async (_name, fault) => {
    const asking = instances.plain
    await app.marketplace.admin.post({ ...fault, on: route, times: 1 })
    expect(await asking.get(lamp)).toMatchObject({ status: 200, body: { sku: 'lamp' } })
  })

  test.each(broken)(
    '%s for long: an honest 503 within the deadline',
    async (_name, fault, code) => {
      const asking = instances.plain
      await app.marketplace.admin.post({ ...fault, on: route })
      const began = performance.now()
      const answer = await asking.get(lamp, hurried)
      expect(performance.now() - began).toBeLessThan(deadlineMs + schedulingMs)
      expect(answer).toMatchObject({ status: 503, body: { outcome: 'not-done' } })
      expect([code, 'deadline-exceeded']).toContain(answer.body.code)
    },
  )

  test.each([
    ['nobody there', 'refuse'],
    ['a connect without an answer', 'connect_timeout'],
  ])('%s: an honest 503 within the deadline', async (_name, type) => {
    const asking = instances.alone
    await using _fault = await faultOn(app, 'alone>marketplace', { type })
    const began = performance.now()
    const answer = await asking.get(lamp, hurried)
    expect(performance.now() - began).toBeLessThan(deadlineMs + schedulingMs)
    expect(answer).toMatchObject({ status: 503, body: { outcome: 'not-done' } })
    expect(['marketplace-connect', 'deadline-exceeded']).toContain(answer.body.code)
  })

  test('an order whose answer was lost is placed once', async () => {
    const key = randomUUID()
    await app.marketplace.admin.post({ kind: 'reset', after: true, on: 'POST /orders', times: 1 })
    expect((await buy('lamp', key)).status).toBe(201)
    const { orders } = await app.marketplace.statement()
    expect(orders.filter(order => order.key.endsWith(key))).toHaveLength(1)
  })

  control(
    ['marketplace-timeouts', 'request-deadline'],
    'a silent API hangs the caller',
    async () => {
      const asking = instances.patient
      await app.marketplace.admin.post({ kind: 'hang', on: route })
      const late = new Promise(resolve => setTimeout(resolve, 1_500, 'still waiting'))
      const asked = asking.get(lamp).catch(() => 'ended')
      expect(await Promise.race([asked, late])).toBe('still waiting')
      await app.marketplace.kill()
      await asked
      await app.marketplace.restart()
    },
  )
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
    const attempts = await attemptsBy(() => askAll(asking))
    expect(attempts).toBeGreaterThan(0)
    expect(attempts).toBeLessThanOrEqual(1.2 * requests)
  })

  test('the budget alone holds it, without the breaker', async () => {
    const asking = instances.budget
    await app.marketplace.admin.post({ kind: 'status', status: 503, on: route })
    const attempts = await attemptsBy(() => askAll(asking))
    // The reserve lets a quiet service try again: it is spent once.
    expect(attempts).toBeLessThanOrEqual(1.2 * requests + 10)
    expect(attempts).toBeGreaterThanOrEqual(requests)
  })

  control(['retry-budget', 'circuit-breaker'], 'there is a storm', async () => {
    const asking = instances.bare
    await app.marketplace.admin.post({ kind: 'status', status: 503, on: route })
    const attempts = await attemptsBy(() =>
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
    const attempts = await attemptsBy(async () => {
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
    expect(await attemptsBy(() => asking.get(lamp))).toBeGreaterThan(0)
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
