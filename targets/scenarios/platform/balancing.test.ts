import { randomUUID } from 'node:crypto'
import { afterAll, expect, describe as plainDescribe } from 'vitest'
import { type Haproxy, startHaproxy } from '../../haproxy.ts'
import { haproxyServer } from '../../runtime/haproxy-server.ts'
import { reservePort } from '../../runtime/reserve-port.ts'
import { missing } from '../../testing/missing.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import { Client } from '../client.ts'
import { HeldTable } from '../held-table.ts'
import { faultOn } from '../link-fault.ts'
import { shopkeeper } from '../orders/shop.ts'
import { patience } from '../patience.ts'
import { at, eventually, isWhole, signedIn } from '../person.ts'
import { test } from '../warm.ts'

const describe = plainDescribe.skipIf(await missing(haproxyServer))

let app: Application
let steady: Instance
/** On a port of its own, so that it comes back where it was. */
let mortal: Instance
let balancer: Haproxy
test.beforeAll(async ({ warm }) => {
  const defenceSettings = { ...patience, 'graceful-shutdown': { drainMs: 20_000 } }
  app = await startApplication({ instances: [['api']], config: { defenceSettings } }, warm)
  steady = app.instances[0]
  const { port, release } = await reservePort()
  await release()
  mortal = await app.startInstance('mortal', ['api'], { ports: { api: port } })
  const members = [steady, mortal].map(instance => {
    const { hostname: host, port } = new URL(instance.url('api'))
    return { name: instance.name, host, port: Number(port) }
  })
  balancer = await startHaproxy(app.run, {
    pools: [{ name: 'api', members, healthPath: '/health/traffic' }],
  })
})
afterAll(() => app[Symbol.asyncDispose]())

/** A process starts in half a second; on a machine that does much else, in many. */
const startWithinMs = 40_000

/** Well beyond the second that the balancer's health check waits for an answer. */
const slowMs = 3_000

/** Until the balancer's own health checks see this member so. */
const seen = (instance: Instance, wanted: string) =>
  eventually(
    async () =>
      (await balancer.admin.members()).find(each => each.member === instance.name)?.status,
    status => status === wanted,
    startWithinMs,
  )

/** Who answers, by the figure that names its instance. */
async function answering(times: number): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  for (let i = 0; i < times; i++) {
    const { status, text } = await new Client(balancer.url).get('/metrics')
    expect(status).toBe(200)
    names.add(/instance="([^"]+)"/.exec(text)?.[1] ?? 'nobody')
  }
  return names
}

describe('PLT-03 balancing', () => {
  test('a session holds on whichever instance answers', async () => {
    const { token } = await signedIn(app)
    for (const instance of [steady, mortal]) await seen(instance, 'UP')
    const client = new Client(balancer.url)
    client.token = token
    for (let i = 0; i < 6; i++) expect((await client.get('/v1/me')).status).toBe(200)
    expect(await answering(8)).toEqual(new Set([steady.name, mortal.name]))
  })

  test('an instance that dies is left out, and taken back when it is there again', async () => {
    await mortal.process.kill()
    await seen(mortal, 'DOWN')
    expect(await answering(6)).toEqual(new Set([steady.name]))
    await mortal.process.restart()
    await seen(mortal, 'UP')
    expect(await answering(8)).toEqual(new Set([steady.name, mortal.name]))
  }, 60_000)

  test('control: past the balancer, an instance that died answers nobody', async () => {
    await mortal.process.kill()
    await expect(mortal.client().get('/health/live')).rejects.toThrow()
    await mortal.process.restart()
    await seen(mortal, 'UP')
  }, 60_000)

  test('an instance that answers no more is left out, and taken back', async () => {
    await mortal.process.pause()
    await seen(mortal, 'DOWN')
    expect(await answering(6)).toEqual(new Set([steady.name]))
    await mortal.process.resume()
    await seen(mortal, 'UP')
    expect(await answering(8)).toEqual(new Set([steady.name, mortal.name]))
  })
  test('an instance that answers too slowly is left out, and taken back', async () => {
    const slowly = (latency: number) =>
      faultOn(app, `client>${mortal.name}.api`, { type: 'latency', attributes: { latency } })
    {
      await using _slow = await slowly(slowMs)
      await seen(mortal, 'DOWN')
      expect(await answering(8)).toEqual(new Set([steady.name]))
      // Control: it lives and answers, but whoever goes to it past the balancer waits.
      const askedAt = performance.now()
      expect((await mortal.client().get('/health/live')).status).toBe(200)
      expect(performance.now() - askedAt).toBeGreaterThanOrEqual(slowMs)
    }
    await seen(mortal, 'UP')
    expect(await answering(8)).toEqual(new Set([steady.name, mortal.name]))
    // Control: it was how slow it was that put it out. What a health check waits for stays in.
    await using _slower = await slowly(50)
    expect(await answering(8)).toEqual(new Set([steady.name, mortal.name]))
  }, 120_000)
})

describe('PLT-04 behind the balancer', () => {
  test('with Redis away no instance is left out, and the documented rest works', async () => {
    const buyer = Object.assign(new Client(balancer.url), { token: (await signedIn(app)).token })
    for (const instance of [steady, mortal]) await seen(instance, 'UP')
    await app.redis.kill()
    try {
      const away = () => steady.client().get('/health/ready')
      await eventually(away, ({ body }) => body.dependencies.redis === 'down', 10_000)
      // Several rounds of the balancer's health checks.
      await new Promise(resolve => setTimeout(resolve, 3_000))
      for (let i = 0; i < 6; i++) {
        expect((await buyer.get('/v1/products')).status).toBe(200)
        expect((await buyer.get('/v1/me')).status).toBe(200)
        const session = await buyer.get(`/sessions/${randomUUID()}`)
        expect(session).toMatchObject({ status: 503, body: { outcome: 'not-done' } })
      }
      expect(await answering(8)).toEqual(new Set([steady.name, mortal.name]))
    } finally {
      await app.redis.restart()
    }
    await eventually(() => isWhole(steady), Boolean, 20_000)
  }, 60_000)
})

describe('API-09 graceful shutdown behind the balancer', () => {
  test('what is new goes elsewhere, and nothing is lost', async () => {
    for (const instance of [steady, mortal]) await seen(instance, 'UP')
    // Past the balancer, which soon cuts what a member that takes no connection still works on.
    const keeper = at(mortal, await shopkeeper(app))
    await using table = await HeldTable.hold(app, 'orders_products', 'writing')
    const newProduct = () => ({ sku: `b-${randomUUID()}`, name: 'x', price: '1.00' })
    const adding = Promise.allSettled(
      Array.from({ length: 3 }, () => keeper.post('/v1/products', newProduct())),
    )
    await table.waiting(mortal.name, 3)
    const { exited } = mortal.process
    await mortal.process.signal('SIGTERM')
    // Each is served from the first moment on: until a health check has told the balancer, by both.
    await answering(10)
    await seen(mortal, 'DOWN')
    expect(await answering(6)).toEqual(new Set([steady.name]))
    // Control: past the balancer there is nobody.
    await expect(mortal.client().get('/health/live')).rejects.toThrow()
    await table.open()
    for (const added of await adding) expect(added).toMatchObject({ value: { status: 201 } })
    expect((await exited).code).toBe(0)
    await mortal.process.restart()
    await seen(mortal, 'UP')
  }, 120_000)
})
