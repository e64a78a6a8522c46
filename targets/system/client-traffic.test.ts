import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operation, WorkloadClients } from '../../lab/model/workload.ts'
import { contextOf } from '../testing/context-of.ts'
import { type TestRun, testRun } from '../testing/test-run.ts'
import { postgres } from './postgres.ts'
import { redis } from './redis.ts'
import { redisTraffic } from './redis-traffic.ts'
import { sqlTraffic } from './sql-traffic.ts'
import { system } from './system.ts'

const create = async (url: string) => {
  const { withPostgres } = await import('../runtime/postgres-server.ts')
  await withPostgres(url, client => client.query('create table seats (id text, holder text)'))
}
const target = system({
  db: postgres({ traffic: true, migrate: create }),
  cache: redis({ traffic: true }),
})
const booking = sqlTraffic({
  ...{ name: 'booking', to: 'db', perSecond: 10 },
  request: (_, number) => ({
    ...{
      sql: 'insert into seats values ($1, $2)',
      values: [`s${number}`, 'ada'],
      key: `s${number}`,
    },
  }),
  readBack: key => ({ sql: 'select 1 from seats where id = $1', values: [key] }),
})
const marking = redisTraffic({
  ...{ name: 'marking', to: 'cache', perSecond: 10 },
  request: (random, number) => ({
    command: ['SET', `k${number}`, random.integer(1, 9)],
    key: `k${number}`,
  }),
  readBack: key => ({ command: ['GET', key] }),
})

let run: TestRun
let running: Awaited<ReturnType<typeof target.start>>
beforeAll(async () => {
  run = await testRun()
  running = await target.start({ ...contextOf(run), defencesOff: [] })
}, 120_000)
afterAll(async () => {
  await running?.[Symbol.asyncDispose]()
  await run[Symbol.asyncDispose]()
})

test.each([
  ['SQL', booking, 'db'],
  ['Redis', marking, 'cache'],
])(
  'clients of %s write by a link of their own, and find what they wrote',
  async (_, traffic, part) => {
    await using clients = await traffic.open(running, contextOf(run))
    const operations = traffic.operations(run.random)
    const [one, two] = [operations.next().value, operations.next().value]
    expect(await perform(clients, one)).toEqual({ kind: 'ok', value: true })
    const invoke = {
      kind: 'invoke',
      workload: '',
      op: 0,
      client: 0,
      intendedMs: 0,
      index: 0,
    } as const
    const entry = (operation: Operation | undefined) =>
      ({ ...invoke, atMs: 0, source: 'lab', f: '', input: null, ...operation }) as const
    const reads = [...(traffic.finale?.([entry(one), entry(two)]) ?? [])]
    const outcomes = await Promise.all(reads.map(read => perform(clients, read)))
    // The first was written; the second, and three that nobody asks for, were not.
    expect(outcomes).toEqual([true, null, null, null, null].map(value => ({ kind: 'ok', value })))
    expect(running.links.map(({ name }) => name)).toContain(`client>${part}`)
  },
)

test('what is there twice is shown twice, and what a server refuses is refused', async () => {
  await using clients = await booking.open(running, contextOf(run))
  const operation = { f: 'write', key: 's7', input: { asked: insert7, final: false } }
  await perform(clients, operation)
  await perform(clients, operation)
  const read = { f: 'read', key: 's7', input: { asked: booking7, final: true } }
  expect(await perform(clients, read)).toEqual({ kind: 'ok', value: [true, true] })
  const wrong = {
    f: 'read',
    input: { asked: { sql: 'select nothing from nowhere' }, final: false },
  }
  expect(await perform(clients, wrong)).toMatchObject({ kind: 'fail', code: '42P01' })
})

const insert7 = { sql: 'insert into seats values ($1, $2)', values: ['s7', 'bob'] }
const booking7 = { sql: 'select 1 from seats where id = $1', values: ['s7'] }

function perform(clients: WorkloadClients, operation: Operation | undefined) {
  if (!operation) throw new Error('expected an operation')
  return clients.perform(operation, 0, new AbortController().signal)
}
