import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operation } from '../lab/model/workload.ts'
import type { LinkedPart } from './linked.ts'
import type { PostgresStandby } from './postgres-standby.ts'
import type { SentinelCluster } from './redis-sentinel.ts'
import { withPostgres } from './runtime/postgres-server.ts'
import type { PeerName } from './shop/peers.ts'
import { replicatedPostgres } from './shop/postgres-layouts.ts'
import { sentinel } from './shop/redis-layouts.ts'
import { instance, killableParts, links, standby, worker } from './shop/selectors.ts'
import { endpointOf, type Shop, shop } from './shop.ts'
import { answersThrough } from './testing/answers-through.ts'
import { contextOf } from './testing/context-of.ts'
import { type TestRun, testRun } from './testing/test-run.ts'
import { chat } from './workloads/chat.ts'
import { checkout } from './workloads/checkout.ts'
import { wanted } from './workloads/order-operations.ts'
import {
  echoed,
  oneCharge,
  onePerKey,
  ordered,
  soundOrders,
  stockAddsUp,
} from './workloads/order-promises.ts'
import { orders } from './workloads/orders.ts'

const startWithinMs = 120_000

let run: TestRun
let system: Shop<SentinelCluster, PostgresStandby, PeerName>
beforeAll(async () => {
  run = await testRun()
  const target = shop({
    postgres: replicatedPostgres(),
    redis: sentinel({ replicas: 1, sentinels: 1 }),
    instances: 2,
    workers: 1,
    peers: ['smtp', 'payments', 'marketplace', 'oauth'],
    balancer: true,
  })
  system = await target.start(contextOf(run))
}, startWithinMs)
afterAll(async () => {
  await system?.[Symbol.asyncDispose]()
  await run[Symbol.asyncDispose]()
})

const answering = async ({ links }: LinkedPart) =>
  Promise.all(links.map(async link => [link.name, await answersThrough(link)] as const))
const all = (part: LinkedPart, answers: boolean) => part.links.map(({ name }) => [name, answers])

/** Every part that others reach, without starting it to learn its name. */
const parts = [
  'postgres',
  'redis-1',
  'redis-2',
  'sentinel-1',
  'smtp',
  'payments',
  'marketplace',
  'oauth',
  'balancer',
  'shop-1',
  'shop-2',
  'worker-1',
]
test.each(parts)(
  '%s answers through its links after a pause and after a kill',
  async name => {
    const part = killableParts(system).find(each => each.name === name)
    if (!part) throw new Error(`no part ${name}`)
    expect(part.links.length).toBeGreaterThan(0)
    const ends = { timeout: 20_000 }
    await expect.poll(() => answering(part), ends).toEqual(all(part, true))
    await part.pause()
    expect(await answering(part), 'control: frozen').toEqual(all(part, false))
    await part.resume()
    await expect.poll(() => answering(part), ends).toEqual(all(part, true))
    await part.kill()
    expect(await answering(part), 'control: dead').toEqual(all(part, false))
    await part.restart()
    await expect.poll(() => answering(part), ends).toEqual(all(part, true))
  },
  90_000,
)

test('every killable part is among those tried', () => {
  const names = killableParts(system).map(({ name }) => name)
  expect(names.toSorted()).toEqual([...parts, 'standby'].toSorted())
})

test('the standby follows again after a kill', { timeout: 60_000 }, async () => {
  const followers = () =>
    withPostgres(system.postgres.url, async client => {
      const { rowCount } = await client.query('select from pg_stat_replication')
      return rowCount
    })
  const part = await standby(system)
  expect(part.links.map(({ name }) => name)).toEqual(['standby>postgres'])
  await expect.poll(followers, { timeout: 20_000 }).toBe(1)
  await part.kill()
  await expect.poll(followers, { timeout: 20_000 }).toBe(0)
  await part.restart()
  await expect.poll(followers, { timeout: 20_000 }).toBe(1)
})

test('shoppers and people who chat go to the next instance when theirs is gone', {
  timeout: 90_000,
}, async () => {
  const context = contextOf(run)
  const [first, second] = system.instances
  if (!first || !second) throw new Error('no two instances')
  const endpoints = [endpointOf(first), endpointOf(second)] as const
  const past = { ...system, endpoints }
  await using buying = await checkout({ perSecond: 1 }).open(past, context)
  await using chatting = await chat({ connections: 2, perSecond: 1 }).open(past, context)
  const random = context.random.fork('operations')
  const purchases = checkout({ perSecond: 1 }).operations(random)
  const messages = chat({ connections: 2, perSecond: 1 }).operations(random)
  const patience = () => AbortSignal.timeout(4_000)
  const buy = async () => (await buying.perform(purchases.next().value, 0, patience())).kind
  const say = async () => (await chatting.perform(messages.next().value, 0, patience())).kind
  const ends = { timeout: 30_000 }
  await expect.poll(buy, ends).toBe('ok')
  await expect.poll(say, ends).toBe('ok')
  await first.kill()
  expect(await buy(), 'control: its own instance is gone').not.toBe('ok')
  await expect.poll(buy, ends).toBe('ok')
  await expect.poll(say, ends).toBe('ok')
  await first.restart()
})

test('orders are placed, paid for and cancelled, and the books say so', {
  timeout: 60_000,
}, async () => {
  const shopping = orders({ perSecond: 1, paying: 0.5, cancelling: 0.3, both: 0.2 })
  await using clients = await shopping.open(system, contextOf(run))
  const perform = async (operation: Operation) => {
    const outcome = await clients.perform(operation, 0, AbortSignal.timeout(8_000))
    if (outcome.kind !== 'ok') throw new Error(`${operation.f}: ${outcome.error}`)
    return { ...operation, answer: { outcome } }
  }
  const operations = shopping.operations(contextOf(run).random.fork('operations'))
  const made = []
  for (const operation of Iterator.from(operations).take(60)) made.push(await perform(operation))
  const ordering = made.filter(({ f }) => f === 'order')
  expect(ordering.map(({ answer }) => echoed(answer.outcome.value))).toEqual(ordering.map(wanted))
  for (const order of ordering) {
    const { outcome } = (await perform({ ...order, f: 'read' })).answer
    const found = onePerKey.found(order.key ?? '', outcome.value)
    expect(found).toEqual([{ key: order.key, value: onePerKey.promised(order) }])
    expect(soundOrders.quantity(outcome.value)).toBe(0)
  }
  const paid = made.filter(
    ({ f, answer }) => f === 'pay' && !('tooLate' in Object(answer.outcome.value)),
  )
  for (const each of paid) {
    const { outcome } = (await perform({ ...each, f: 'read' })).answer
    expect(oneCharge.found('', outcome.value)).toHaveLength(1)
  }
  const { outcome } = (await perform({ f: 'stock', key: '0', input: null })).answer
  expect(stockAddsUp.quantity(outcome.value)).toBe(0)
  const amounts = made.map(each => ordered.amounts(each)[0] ?? 0)
  expect(ordered.value(outcome.value)).toBe(amounts.reduce((a, b) => a + b, 0))
})

test('the servers and the service tell their figures', { timeout: 60_000 }, async () => {
  const signal = AbortSignal.timeout(20_000)
  const told = await Promise.all(
    (system.meters ?? []).map(async meter => [meter.of, await meter.read(signal)] as const),
  )
  expect(told).toEqual(
    expect.arrayContaining([
      ['postgres', expect.objectContaining({ sessions: expect.any(Number), deadlocks: 0 })],
      ['redis-1', expect.objectContaining({ clients: expect.any(Number) })],
      ['shop-1', expect.objectContaining({ poolConnections: expect.any(Number) })],
      ['worker-1', expect.objectContaining({ eventLoopLagMs: expect.any(Number) })],
    ]),
  )
  // The pools' own sessions come and go meanwhile: more than were there at first are seen before long.
  const postgres = system.meters?.find(({ of }) => of === 'postgres')
  const sessions = async () => (await postgres?.read(signal))?.sessions ?? 0
  const before = await sessions()
  await withPostgres(system.postgres.url, async () => {
    await expect.poll(sessions, { timeout: 15_000 }).toBeGreaterThan(before)
  })
})

test('a part that is not there is refused, with what is', async () => {
  await expect(async () => instance(3)(system)).rejects.toThrow(/instance 3.*2 of them/s)
  await expect(async () => worker(0)(system)).rejects.toThrow(/worker 0.*1 of them/s)
  await expect(async () => links('shop-1', 'mysql')(system)).rejects.toThrow(/shop-1>postgres/)
})
