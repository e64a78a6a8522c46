import { sql } from 'kysely'
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

/** Two processes' own migrators on one new database, in which each meets the other if it can. */
async function race(name: string, patienceMs: number, off: readonly DefenceName[] = []) {
  const url = await besides(place.postgres.url, name)
  const defences = createDefences(off)
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
  const start = async (instance: string) => {
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
  const ends = await Promise.allSettled([start('one'), start('two')])
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
