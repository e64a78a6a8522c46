import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { type ApplicationAt, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { figure } from '../figure.ts'
import { HeldTable } from '../held-table.ts'
import { shopkeeper } from '../orders/shop.ts'
import { patience } from '../patience.ts'
import { at, eventually, isWhole } from '../person.ts'
import type { OwnPlace } from '../servers.ts'
import { test } from '../warm.ts'

const limit = { requests: 40, windowMs: 4_000 }

let app: ApplicationAt<OwnPlace>
/** Sheds load when it was held up for a moment, where others take a lag; has no deadlines. */
let touchy: Instance
let careless: Instance
test.beforeAll(async ({ ownPostgres }) => {
  app = await startApplication(
    {
      peers: ['payments'],
      config: {
        defenceSettings: { 'rate-limit': limit, 'load-shedding': patience['load-shedding'] },
      },
    },
    ownPostgres,
  )
  ;[touchy, careless] = await Promise.all([
    app.startInstance('touchy', ['api'], {
      defencesOff: ['request-deadline'],
      defenceSettings: { 'load-shedding': { maxLagMs: 20 } },
    }),
    app.startInstance('careless', ['api'], {
      defencesOff: ['rate-limit', 'load-shedding', 'circuit-breaker'],
      defenceSettings: patience,
    }),
  ])
})
afterAll(() => app?.[Symbol.asyncDispose]())

const read = (client: Client) => client.get('/v1/products')

describe('API-03 rate limit', () => {
  /** Many at once, and in how many windows of the limit they fell. */
  const burst = async (instances: readonly Instance[], count = 150) => {
    const began = performance.now()
    const clients = instances.map(each => each.client())
    const answers = await Promise.all(
      Array.from({ length: count / clients.length }, () => clients.map(read)).flat(),
    )
    const windows = Math.ceil(1 + (performance.now() - began) / limit.windowMs)
    return {
      windows,
      passed: answers.filter(each => each.status === 200).length,
      refused: answers.filter(each => each.status === 429),
    }
  }

  test('holds over all instances, tells when to come back, and then lets in', async () => {
    const { passed, refused, windows } = await burst(app.instances)
    expect(passed).toBeGreaterThan(30)
    expect(passed).toBeLessThanOrEqual(limit.requests * windows)
    expect(refused[0]?.body).toMatchObject({ code: 'rate-limited', outcome: 'not-done' })
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    await eventually(
      () => read(app.instances[0].client()),
      ({ status }) => status === 200,
      2 * limit.windowMs,
    )
  })

  test('while Redis is away each instance counts for itself', async () => {
    await app.redis.kill()
    try {
      for (const instance of app.instances) {
        const { passed, windows } = await burst([instance])
        expect(passed).toBeGreaterThanOrEqual(limit.requests - 1)
        expect(passed).toBeLessThanOrEqual(limit.requests * windows + 1)
      }
    } finally {
      await app.redis.restart()
    }
  })

  control('rate-limit', 'nobody is refused', async () => {
    const { passed, refused } = await burst([careless])
    expect({ passed, refused: refused.length }).toEqual({ passed: 150, refused: 0 })
  })
})

describe('API-08 health', () => {
  const ready = (instance: Instance) => instance.client().get('/health/ready')
  const whenWhole = (instance: Instance) => eventually(() => isWhole(instance), Boolean, 15_000)

  test.each(['redis', 'postgres'] as const)(
    'tells of %s that it is away and back; the process stays ready, as all that share it do',
    async name => {
      const [instance] = app.instances
      await whenWhole(instance)
      await app[name].kill()
      const down = await eventually(
        () => ready(instance),
        each => each.body.dependencies[name] === 'down',
      )
      const other = name === 'redis' ? 'postgres' : 'redis'
      expect(down).toMatchObject({ status: 200, body: { dependencies: { [other]: 'up' } } })
      expect((await instance.client().get('/health/live')).status).toBe(200)
      await app[name].restart()
      await whenWhole(instance)
    },
  )

  test('one that starts while Redis is away lives, and serves what goes without', async () => {
    await app.redis.kill()
    const early = await app.startInstance('early', ['api'])
    expect((await early.client().get('/health/live')).status).toBe(200)
    expect(await ready(early)).toMatchObject({
      status: 200,
      body: { dependencies: { redis: 'down', postgres: 'up' } },
    })
    expect(await early.client().get('/health/startup')).toMatchObject({
      status: 200,
      body: { status: 'up' },
    })
    await app.redis.restart()
    await whenWhole(early)
  }, 60_000)

  test('what the service goes on without is told apart, where it is configured', async () => {
    const [instance] = app.instances
    await whenWhole(instance)
    const { status, body } = await instance.client().get('/health/dependencies')
    expect([status, body]).toEqual([
      200,
      { postgres: 'up', redis: 'up', extras: { payments: 'up' } },
    ])
  })
})

describe('API-04 circuit breakers', () => {
  const session = (instance: Instance) => instance.client().get(`/sessions/${randomUUID()}`)

  test('that of the cache opens and closes again without tripping that of the shop', async () => {
    const [instance] = app.instances
    const state = (name: string) => figure(instance, 'circuit_breaker_state', { name }, 'api')
    const times = (to: string) =>
      figure(instance, 'circuit_breaker_transitions_total', { name: 'redis-reads', to }, 'api')
    await app.redis.kill()
    const opened = await eventually(
      () => session(instance),
      each => each.body.code === 'circuit-open',
    )
    expect(opened).toMatchObject({ status: 503, body: { outcome: 'not-done' } })
    expect(Number(opened.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(await state('postgres-orders')).toBe(0)
    expect((await instance.client().get(`/orders/${randomUUID()}`)).status).toBe(404)
    await app.redis.restart()
    await eventually(
      () => session(instance),
      each => each.status === 404,
      15_000,
    )
    expect(await state('redis-reads')).toBe(0)
    expect(await times('open')).toBeGreaterThanOrEqual(1)
    expect(await times('half-open')).toBeGreaterThanOrEqual(1)
    expect(await times('closed')).toBeGreaterThanOrEqual(1)
  })

  control('circuit-breaker', 'what fails is asked for every request', async () => {
    await app.redis.kill()
    try {
      for (let i = 0; i < 20; i++) {
        const { status, body } = await session(careless)
        expect([status, body.code]).toEqual([503, 'redis-unavailable'])
      }
    } finally {
      await app.redis.restart()
    }
  })
})

describe('API-09 graceful shutdown', () => {
  const drain = { drainMs: 20_000 }
  const settings = {
    ...patience,
    'graceful-shutdown': drain,
    'pool-limits': { ...patience['pool-limits'], statementMs: 60_000 },
  }
  const inFlight = 5

  /** Told to end while it is at work on five requests; what became of those and of a new one. */
  const endAtWork = async (config: object) => {
    const keeper = await shopkeeper(app)
    const name = `leaving-${randomUUID().slice(0, 8)}`
    const leaving = await app.startInstance(name, ['api'], { ...config, defenceSettings: settings })
    const going = at(leaving, keeper)
    await using table = await HeldTable.hold(app, 'orders_products', 'writing')
    const product = () => ({ sku: `g-${randomUUID()}`, name: 'x', price: '1.00' })
    const asked = Promise.allSettled(
      Array.from({ length: inFlight }, () => going.post('/v1/products', product())),
    )
    await table.waiting(name, inFlight)
    await leaving.process.signal('SIGTERM')
    await eventually(
      () => going.get('/health/live').then(String, () => 'refused'),
      answer => answer === 'refused',
    )
    await table.open()
    const answers = await asked
    const made = answers.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
    return { made, code: (await leaving.process.exited).code }
  }

  // That what is new goes elsewhere is shown behind the balancer, in `platform/balancing.test.ts`.
  test('what is in flight ends, and nothing is lost', async () => {
    const { made, code } = await endAtWork({})
    expect(made.map(each => each.status)).toEqual(Array(inFlight).fill(201))
    expect(code).toBe(0)
    const elsewhere = careless.client()
    for (const { headers } of made) {
      expect((await elsewhere.get(headers.get('location') ?? '')).status).toBe(200)
    }
  }, 60_000)

  const cutOff = async (off: object) => expect((await endAtWork(off)).made).toEqual([])
  control('graceful-shutdown', 'whoever is being served is cut off', cutOff, 60_000)
})

describe('deadlines', () => {
  /** Adds a product while nobody can; resolves to the answer, or to `waiting` after a while. */
  const addHeld = async (instance: Instance) => {
    const keeper = at(instance, await shopkeeper(app))
    await using _table = await HeldTable.hold(app, 'orders_products', 'writing')
    const product = { sku: `d-${randomUUID()}`, name: 'x', price: '1.00' }
    const headers = { 'x-deadline-ms': '500' }
    const asked = keeper.post('/v1/products', product, { headers })
    const waiting = new Promise<'waiting'>(resolve => setTimeout(resolve, 1_500, 'waiting'))
    return await Promise.race([asked, waiting])
  }

  test('what takes too long is answered for in time, and nothing is claimed', async () => {
    expect(await addHeld(app.instances[0])).toMatchObject({
      status: 503,
      body: { code: 'deadline-exceeded' },
    })
  })

  control('request-deadline', 'one waits for as long as it takes', async () => {
    expect(await addHeld(touchy)).toBe('waiting')
  })
})

describe('load', () => {
  /** What those are told who ask while the process is held up, and just after. */
  const stall = async (instance: Instance) => {
    await read(instance.client()) // whatever is slow only once
    await instance.process.pause()
    const asked = Promise.all(Array.from({ length: 20 }, () => read(instance.client())))
    await new Promise(resolve => setTimeout(resolve, 1_500))
    await instance.process.resume()
    // The lag is measured four times a second: those held up may be let in before that.
    const after: Awaited<ReturnType<typeof read>>[] = []
    const endsAt = performance.now() + 1_000
    while (performance.now() < endsAt) {
      after.push(await read(instance.client()))
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    return [...(await asked), ...after]
  }

  test('is shed after the event loop was held up, and taken again', async () => {
    const refused = (await stall(touchy)).filter(({ status }) => status === 503)
    expect(refused[0]).toMatchObject({ body: { code: 'overloaded', outcome: 'not-done' } })
    expect(refused[0]?.headers.get('retry-after')).toBe('1')
    await eventually(
      () => read(touchy.client()),
      ({ status }) => status === 200,
    )
  })

  control('load-shedding', 'everybody is served late', async () => {
    const answers = await stall(careless)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})
