import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, describe, expect } from 'vitest'
import { parseConfig } from '../../service/config.ts'
import { createDefences, type DefenceName } from '../../service/defences.ts'
import { createMetrics } from '../../service/metrics.ts'
import { openDatabase } from '../../service/postgres/database.ts'
import { type Migrations, migrate } from '../../service/postgres/migrate.ts'
import { createPool } from '../../service/postgres/pool.ts'
import { control } from '../control.ts'
import type { Place } from '../servers.ts'
import { test } from '../warm.ts'
import { besides } from './benches.ts'

const log = pino({ level: 'silent' })

let place: Place
test.beforeAll(async ({ warm }) => {
  place = await warm()
})
afterAll(() => place[Symbol.asyncDispose]())

/** One process's own migrator, at its start. */
async function migrateAt(
  url: string,
  instance: string,
  { migrations, off }: { readonly migrations: Migrations; readonly off: readonly DefenceName[] },
): Promise<void> {
  const defences = createDefences(off)
  const config = parseConfig({
    environment: 'test',
    instance,
    roles: ['api'],
    postgres: { url },
    redis: { host: '127.0.0.1', port: 1 },
  })
  const db = openDatabase(createPool(config, defences, createMetrics(instance), log), defences)
  await migrate(db, migrations, defences, log).finally(() => db.destroy())
}

/** Two processes' own migrators on one new database, in which each meets the other if it can. */
async function race(name: string, patienceMs: number, off: readonly DefenceName[] = []) {
  const url = await besides(place.postgres.url, name)
  let within = 0
  const { promise: met, resolve } = Promise.withResolvers<void>()
  const migrations: Migrations = {
    '001-slow': {
      up: async db => {
        within++
        if (within === 2) resolve()
        await Promise.race([met, new Promise(done => setTimeout(done, patienceMs))])
        await sql`create table slow (id integer)`.execute(db)
      },
    },
  }
  const of = { migrations, off }
  const ends = await Promise.allSettled([migrateAt(url, 'one', of), migrateAt(url, 'two', of)])
  return { within, ends: ends.map(({ status }) => status).sort() }
}

describe('DAT-06 two processes of the service that start at once', () => {
  test('change the schema one after the other, so once', async () => {
    expect(await race('locked', 1_000)).toEqual({ within: 1, ends: ['fulfilled', 'fulfilled'] })
  })

  control('migration-lock', 'both change it and one cannot start', async ({ defencesOff }) => {
    const { ends } = await race('unlocked', 10_000, defencesOff)
    expect(ends).toEqual(['fulfilled', 'rejected'])
  })
})

describe('DAT-06 a migration behind somebody who reads for long', () => {
  const readsForMs = 3_000
  const migrations: Migrations = {
    '001-column': {
      up: async db => {
        await sql`alter table busy add column more integer`.execute(db)
      },
    },
  }

  /** The longest that others had to wait for the table until the long read was over. */
  async function longestWaitMs(name: string, off: readonly DefenceName[] = []): Promise<number> {
    const url = await besides(place.postgres.url, name)
    const [long, other] = [new pg.Client(url), new pg.Client(url)]
    await Promise.all([long.connect(), other.connect()])
    try {
      await long.query('create table busy (id integer)')
      await long.query('begin; select * from busy')
      const migrating = migrateAt(url, 'behind', { migrations, off })
      const endsAt = performance.now() + readsForMs
      let longestMs = 0
      while (performance.now() < endsAt) {
        const began = performance.now()
        await other.query('select * from busy')
        longestMs = Math.max(longestMs, performance.now() - began)
        await pause(10)
      }
      await long.query('commit')
      await migrating
      const { fields } = await other.query('select * from busy')
      expect(fields.map(({ name }) => name)).toEqual(['id', 'more'])
      return longestMs
    } finally {
      await Promise.all([long.end(), other.end()])
    }
  }

  // The statement's own time-out ends it after two seconds, which is no plan.
  const tooLongMs = 1_500

  test('holds up the others for a moment, again and again, and is done afterwards', async () => {
    const waitedMs = await longestWaitMs('behind')
    expect(waitedMs).toBeGreaterThan(400)
    expect(waitedMs).toBeLessThan(tooLongMs)
  })

  control('migration-lock', 'it holds them up for as long as a statement may take', async off => {
    expect(await longestWaitMs('before', off.defencesOff)).toBeGreaterThan(tooLongMs)
  })
})
