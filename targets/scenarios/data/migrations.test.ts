import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { afterAll, describe, expect } from 'vitest'
import { type Engine, limits } from '../../service/modules/data/engine.ts'
import { migrationsFor } from '../../service/modules/data/migrations.ts'
import { migrateEngine, openEngine } from '../../service/modules/data/open-engine.ts'
import type { Place } from '../servers.ts'
import { test } from '../warm.ts'
import { besides, engineOf, kindsHere, startDatabase } from './benches.ts'

const script = join(import.meta.dirname, 'slow-migration.ts')

/** Tables and their columns, in a comparable form. */
async function schemaOf({ db }: Engine): Promise<readonly string[]> {
  const tables = await db.introspection.getTables()
  return tables
    .flatMap(({ name, columns }) => columns.map(it => `${name}.${it.name} ${it.dataType}`))
    .sort()
}

async function done({ db }: Engine): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from data_migrations order by name`.execute(db)
  return rows.map(({ name }) => name)
}

describe.each(kindsHere)('DAT-06 migrations on %s', kind => {
  let place: Place
  let url: string
  test.beforeAll(async ({ warm }) => {
    place = await warm()
    url = (await startDatabase(place, kind)).url
  })
  afterAll(() => place[Symbol.asyncDispose]())
  const all = Object.keys(migrationsFor(engineOf(kind)))

  test('go up, down to any, down to nothing, and up to the same again', async () => {
    await using engine = openEngine(await besides(url, 'up_and_down'))
    await migrateEngine(engine)
    const newest = await schemaOf(engine)
    expect(newest.some(column => column.startsWith('data_notes.title'))).toBe(true)
    await migrateEngine(engine, { to: '010-people' })
    expect(await done(engine)).toEqual(['010-people'])
    await migrateEngine(engine, { to: undefined })
    expect((await schemaOf(engine)).filter(column => /people|notes/.test(column))).toEqual([])
    await migrateEngine(engine)
    expect(await schemaOf(engine)).toEqual(newest)
  })

  test('are made once when five begin at once', async () => {
    const address = await besides(url, 'at_once')
    const engines = Array.from({ length: 5 }, () => openEngine(address))
    try {
      await Promise.all(engines.map(engine => migrateEngine(engine)))
      for (const engine of engines) expect(await done(engine)).toEqual(all)
    } finally {
      await Promise.all(engines.map(engine => engine[Symbol.asyncDispose]()))
    }
  })

  test('that fail leave the old schema or a step that can be repeated, never a mix', async () => {
    await using engine = openEngine(await besides(url, 'failing'))
    const { error } = await twoSteps(engine, 'create table broken (id no_such_type ((').run()
    expect(error).toBeDefined()
    const tables = await schemaOf(engine)
    const inTransactions = !('schema changes in transactions' in limits[engineOf(kind)])
    expect(tables.some(it => it.startsWith('second.'))).toBe(false)
    if (inTransactions) expect(tables.some(it => it.startsWith('first.'))).toBe(false)

    const repaired = await twoSteps(engine, 'create table second (id integer)').run()
    expect(repaired.error).toBeUndefined()
    const after = await schemaOf(engine)
    for (const table of ['first.', 'second.']) {
      expect(after.filter(it => it.startsWith(table))).toHaveLength(1)
    }
  })

  test('control: two that do not wait for each other meet', async () => {
    await using engine = openEngine(await besides(url, 'unlocked'))
    const make = () => sql`create table met (id integer)`.execute(engine.db)
    const made = await Promise.allSettled([make(), make()])
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('that are killed leave the old schema, or are repeated to the same one', async () => {
    if ('schema changes in transactions' in limits[engineOf(kind)]) return repeats()
    const address = await besides(url, 'killed')
    const child = spawn(process.execPath, [script, address], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) })
    child.kill('SIGKILL')
    await once(child, 'exit')
    await using engine = openEngine(address)
    expect((await schemaOf(engine)).filter(column => column.startsWith('half_'))).toEqual([])
    await migrateEngine(engine)
    expect(await done(engine)).toEqual(all)
  })

  /** As if killed after the statement of a step, and before it was noted as done. */
  async function repeats(): Promise<void> {
    await using engine = openEngine(await besides(url, 'repeated'))
    await migrateEngine(engine)
    const newest = await schemaOf(engine)
    for (const name of all.toReversed()) {
      await sql`delete from data_migrations where name >= ${name}`.execute(engine.db)
      await migrateEngine(engine)
      expect(await schemaOf(engine)).toEqual(newest)
      expect(await done(engine)).toEqual(all)
    }
  }
})

test('DAT-06 what MariaDB cannot do is listed, and the migrations are made for it', () => {
  expect(limits.mysql).toHaveProperty(['schema changes in transactions'])
  // One statement each, which may be repeated: so half of a migration is none or all of it.
  for (const migration of Object.values(migrationsFor('mysql'))) {
    expect(String(migration.up).match(/execute/g)).toHaveLength(1)
  }
})

/** A migration that works and one of the given statement. */
function twoSteps({ db }: Engine, second: string) {
  const migrator = new Migrator({
    db,
    provider: {
      getMigrations: async () => ({
        '1-first': {
          up: async db => {
            await sql`create table if not exists first (id integer)`.execute(db)
          },
        },
        '2-second': {
          up: async db => {
            await sql.raw(second).execute(db)
          },
        },
      }),
    },
  })
  return { run: () => migrator.migrateToLatest() }
}
