import { randomUUID } from 'node:crypto'
import { afterAll, expect, describe as plainDescribe } from 'vitest'
import { findServer } from '../../runtime/find-server.ts'
import { taskset } from '../../runtime/util-linux.ts'
import { seek } from '../../testing/seek.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { product, shopkeeper } from '../orders/shop.ts'
import { patience } from '../patience.ts'
import { at, eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { busyNeighbours } from './busy-neighbours.ts'

const { found: binder } = await seek('taskset', () => findServer(taskset))
const describe = plainDescribe.skipIf(!binder)
const timeoutMs = 90_000

let app: Application
let buyer: Client
let productId: string
test.beforeAll(async ({ warm }) => {
  // One, since what is starved here is a process; it gets an instance of its own for each test.
  app = await startApplication(
    {
      instances: [['api']],
      // What is shown must not hang on how long Postgres is waited for.
      config: { defenceSettings: { ...patience, 'pool-limits': { acquireMs: 60_000 } } },
    },
    warm,
  )
  buyer = await signedIn(app)
  productId = await product(await shopkeeper(app), { stock: 1_000 })
})
afterAll(() => app?.[Symbol.asyncDispose]())

const crowd = 60
const newKeys = () => Array.from({ length: crowd }, () => randomUUID())

const order = (client: Client, key: string, deadlineMs: number) => {
  const headers = { 'idempotency-key': key, 'x-deadline-ms': `${deadlineMs}` }
  return client.post('/v1/orders', { items: [{ productId, quantity: 1 }] }, { headers })
}

/** What becomes of a crowd that wants its answers soon; who got none in ten seconds is `waiting`. */
async function crowdAt(instance: Instance, keys: readonly string[]) {
  const client = at(instance, buyer)
  await eventually(
    () => client.get('/v1/products'),
    ({ status }) => status === 200, // whatever is slow only once
  )
  await using _neighbours = await busyNeighbours(app, instance, binder?.command ?? '')
  const asking = keys.map(key => order(client, key, 300).catch(() => 'waiting' as const))
  const alive = await instance.client().get('/health/live')
  return { alive: alive.status, answers: await Promise.all(asking) }
}

describe('PLT-05 a core that others keep busy', () => {
  test(
    'health is answered, what cannot be done in time is refused, and nothing is lost',
    async () => {
      const instance = await app.startInstance('starved', ['api'])
      const { pid } = instance.process
      const keys = newKeys()
      const { alive, answers } = await crowdAt(instance, keys)
      expect(alive).toBe(200)
      const refused = answers.flatMap(each =>
        each === 'waiting' || each.status !== 503 ? [] : [each],
      )
      expect(refused).not.toEqual([])
      for (const { headers, body } of refused) {
        expect(['deadline-exceeded', 'overloaded', 'circuit-open']).toContain(body.code)
        expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      }
      const served = answers.filter(each => each !== 'waiting' && each.status === 201)
      expect(served.length + refused.length).toBe(crowd)
      // It recovers by itself, and each order that is asked for again is there once.
      for (const key of keys) {
        await eventually(
          () => order(at(instance, buyer), key, 8_000),
          ({ status }) => status === 201,
          20_000,
        )
      }
      const text = 'select 1 from orders_orders where idempotency_key = any($1)'
      expect(await sql(app, text, [keys])).toHaveLength(crowd)
      expect((await instance.client().get('/health/ready')).status).toBe(200)
      expect(instance.process.pid).toBe(pid)
      await instance.process.kill()
    },
    timeoutMs,
  )

  control(
    ['request-deadline', 'load-shedding', 'circuit-breaker', 'pool-limits'],
    'nobody is refused, and all wait for as long as it takes (PLT-05)',
    async ({ defencesOff }) => {
      const instance = await app.startInstance('patient', ['api'], { defencesOff })
      const { alive, answers } = await crowdAt(instance, newKeys())
      expect(alive).toBe(200)
      const refused = answers.flatMap(each =>
        each === 'waiting' || each.status === 201 ? [] : [each.body],
      )
      expect(refused).toEqual([])
      await instance.process.kill()
    },
    timeoutMs,
  )
})
