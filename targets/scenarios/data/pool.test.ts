import { Kysely, PostgresDialect, sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, describe, expect } from 'vitest'
import { type Postgres, startPostgres } from '../../postgres.ts'
import { parseConfig } from '../../service/config.ts'
import { runInContext } from '../../service/context.ts'
import { createDefences } from '../../service/defences.ts'
import { createMetrics } from '../../service/metrics.ts'
import { openEngine } from '../../service/modules/data/open-engine.ts'
import { createPool } from '../../service/postgres/pool.ts'
import { noDeadline } from '../../service/resilience/deadline.ts'
import { control } from '../control.ts'
import { eventually } from '../person.ts'
import type { Place } from '../servers.ts'
import { test } from '../warm.ts'
import { engineOf, kindsHere, startDatabase } from './benches.ts'

let place: Place
let postgres: Postgres
test.beforeAll(async ({ warm }) => {
  place = await warm()
  postgres = await startPostgres(place.run, { settings: { max_connections: '250' } })
})
afterAll(() => place[Symbol.asyncDispose]())

interface PoolOptions {
  readonly size: number
  readonly off?: readonly ('pool-limits' | 'pool-share')[]
  readonly limits?: Record<string, number>
}

/** The service's own pool, as one of its instances would have it. */
function poolOf(name: string, { size, off = [], limits = {} }: PoolOptions) {
  const config = parseConfig({
    environment: 'test',
    instance: name,
    roles: ['api'],
    postgres: { url: postgres.url, poolSize: size },
    redis: { host: '127.0.0.1', port: 1 },
  })
  const defences = createDefences(off, { 'pool-limits': limits })
  const pool = createPool(config, defences, createMetrics(name), pino({ level: 'silent' }))
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  return Object.assign(db, { [Symbol.asyncDispose]: () => db.destroy() })
}

const ask = (db: Kysely<unknown>, seconds = 0) => sql`select pg_sleep(${seconds})`.execute(db)

/** For whoever looks on while two hundred ask. */
const patient = { acquireMs: 20_000 }

/** What the server itself says of the connections of a pool. */
async function seenByServer(name: string) {
  await using db = poolOf(`watch-${name}`, { size: 1, limits: patient })
  const { rows } = await sql<{ all: number; active: number }>`
    select count(*)::int as all, (count(*) filter (where state = 'active'))::int as active
    from pg_stat_activity where application_name = ${name}`.execute(db)
  return rows[0] ?? { all: 0, active: 0 }
}

async function endConnectionsOf(name: string): Promise<void> {
  await using db = poolOf(`end-${name}`, { size: 1, limits: patient })
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = ${name}`.execute(db)
}

/** Takes connections and does not give them back until it is disposed. */
async function hold(db: Kysely<unknown>, count: number): Promise<AsyncDisposable> {
  const taken = Array.from({ length: count }, () => db.startTransaction().execute())
  const open = await Promise.all(taken)
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(open.map(trx => trx.rollback().execute()))
    },
  }
}

const stillWaiting = (ms: number) =>
  new Promise<string>(resolve => setTimeout(resolve, ms, 'still waiting'))

describe('DAT-03 the pool', () => {
  test('opens nothing before it is asked, and serves 200 callers with 100 connections', async () => {
    await using db = poolOf('full', { size: 100, limits: patient })
    expect((await seenByServer('full')).all).toBe(0)
    const asked = Array.from({ length: 200 }, () => ask(db, 0.3))
    const most = await seenByServer('full')
    await Promise.all(asked)
    const { all } = await seenByServer('full')
    expect(Math.max(all, most.all)).toBeLessThanOrEqual(100)
    expect(all).toBeGreaterThan(50)
  })

  test('control: a pool of 150 goes beyond 100', async () => {
    await using db = poolOf('larger', { size: 150, limits: patient })
    await Promise.all(Array.from({ length: 200 }, () => ask(db, 0.3)))
    expect((await seenByServer('larger')).all).toBeGreaterThan(100)
  })

  test('serves those who wait in the order in which they came', async () => {
    await using db = poolOf('fair', { size: 1, limits: patient })
    const served: number[] = []
    const callers = Array.from({ length: 20 }, (_, index) => ask(db).then(() => served.push(index)))
    await Promise.all(callers)
    expect(served).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })

  test('refuses in time whom it cannot serve, and serves again afterwards', async () => {
    await using db = poolOf('exhausted', { size: 2, limits: { acquireMs: 300 } })
    {
      await using _held = await hold(db, 2)
      const began = performance.now()
      await expect(ask(db)).rejects.toThrow('timeout exceeded')
      expect(performance.now() - began).toBeLessThan(1_000)
    }
    await ask(db)
  })

  control('pool-limits', 'they wait for as long as it takes', async () => {
    await using db = poolOf('unlimited', { size: 1, off: ['pool-limits'] })
    const held = await hold(db, 1)
    const asked = ask(db)
    expect(await Promise.race([asked, stillWaiting(1_200)])).toBe('still waiting')
    await held[Symbol.asyncDispose]()
    await asked
  })

  test('replaces connections that the server ended, idle and busy ones', async () => {
    await using db = poolOf('broken', { size: 5 })
    const busy = Promise.allSettled(Array.from({ length: 5 }, () => ask(db, 5)))
    await eventually(
      () => seenByServer('broken'),
      ({ active }) => active === 5,
    )
    await endConnectionsOf('broken')
    for (const { status } of await busy) expect(status).toBe('rejected')
    const fresh = () => Promise.allSettled(Array.from({ length: 5 }, () => ask(db)))
    await eventually(fresh, all => all.every(({ status }) => status === 'fulfilled'))
    expect((await seenByServer('broken')).all).toBeLessThanOrEqual(5)
  })

  test('recovers by itself when the server is back', async () => {
    await using db = poolOf('recovers', { size: 5 })
    await ask(db)
    await postgres.kill()
    await expect(ask(db)).rejects.toThrow()
    await postgres.restart()
    const again = () => Promise.allSettled([ask(db)])
    await eventually(again, ([asked]) => asked.status === 'fulfilled')
  })
})

describe('DAT-03 a route whose statements are slow', () => {
  const atRoute = (route: string, work: () => Promise<unknown>) =>
    runInContext({ requestId: 'test', deadline: noDeadline, route }, work)
  /** What becomes of a quick route while so many are at a slow one. */
  async function beside(db: Kysely<unknown>) {
    const slow = Array.from({ length: 12 }, () => atRoute('GET /slow', () => ask(db, 1)))
    const quick = atRoute('GET /quick', () => ask(db)).then(() => 'served')
    const came = await Promise.race([quick, stillWaiting(600)])
    await Promise.all([...slow, quick])
    return came
  }

  test('leaves connections to all others, and is itself served to the end', async () => {
    await using db = poolOf('shared', { size: 10, limits: patient })
    expect(await beside(db)).toBe('served')
  })

  control('pool-share', 'it has all of them, and the others wait', async () => {
    await using db = poolOf('greedy', { size: 10, off: ['pool-share'], limits: patient })
    expect(await beside(db)).toBe('still waiting')
  })

  test('refuses in time whom it has no place for', async () => {
    await using db = poolOf('refusing', { size: 2, limits: { acquireMs: 200 } })
    const first = atRoute('GET /slow', () => ask(db, 0.6))
    await expect(atRoute('GET /slow', () => ask(db))).rejects.toThrow('timeout exceeded')
    await first
    await atRoute('GET /slow', () => ask(db))
  })
})

describe('DAT-05 statements that take too long', () => {
  test('end in time, and the server really stops', async () => {
    await using db = poolOf('slow', { size: 2, limits: { statementMs: 300 } })
    const began = performance.now()
    await expect(ask(db, 30)).rejects.toMatchObject({ code: '57014' })
    expect(performance.now() - began).toBeLessThan(1_500)
    expect((await seenByServer('slow')).active).toBe(0)
    await ask(db)
  })

  control('pool-limits', 'the server works on', async () => {
    await using db = poolOf('endless', { size: 1, off: ['pool-limits'] })
    const asked = ask(db, 30).catch(() => 'ended')
    expect(await Promise.race([asked, stillWaiting(1_000)])).toBe('still waiting')
    expect((await seenByServer('endless')).active).toBe(1)
    await endConnectionsOf('endless')
    expect(await asked).toBe('ended')
  })

  test.each(kindsHere.filter(kind => engineOf(kind) === 'mysql'))(
    'end in time on %s too',
    async kind => {
      const { url } = await startDatabase(place, kind)
      await using engine = openEngine(url, { statementMs: 300 })
      const began = performance.now()
      const work = engine.transaction(async db => {
        await sql`with recursive n as (select 1 as i union all select i + 1 from n where i < 1000)
        select count(*) from n as a, n as b, n as c`.execute(db)
      })
      await expect(work).rejects.toMatchObject({ kind: 'timeout' })
      expect(performance.now() - began).toBeLessThan(2_000)
      const { rows } = await sql<{
        n: number
      }>`select count(*) as n from information_schema.processlist
      where info like '%recursive n%' and info not like '%processlist%'`.execute(engine.db)
      expect(Number(rows[0]?.n)).toBe(0)
    },
  )
})
