import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeEach, describe, expect } from 'vitest'
import { createLookout, type Lookout } from '../../service/postgres/lookout.ts'
import { eventually } from '../person.ts'
import type { Place } from '../servers.ts'
import { test } from '../warm.ts'

let place: Place
let db: Kysely<unknown>
let queries: string[] = []
test.beforeAll(async ({ warm }) => {
  place = await warm()
  const pool = new pg.Pool({ connectionString: place.postgres.url })
  db = new Kysely({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void queries.push(query.sql),
  })
  await sql`create table letters (id int)`.execute(db)
})
afterAll(async () => {
  await db.destroy()
  await place[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await sql`truncate letters`.execute(db)
})

const someLetters = sql<boolean>`exists (select from letters)`
const noise = new AbortController().signal

/** A lookout that is kept until it is disposed. */
function kept(): Lookout & AsyncDisposable {
  const lookout = createLookout(db, pino({ level: 'silent' }))
  const stop = new AbortController()
  const keeping = lookout.keep(stop.signal)
  return Object.assign(lookout, {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await keeping
    },
  })
}

/** Who waits for what, and who was woken. */
function waiters(lookout: Lookout) {
  const woken: string[] = []
  const wait = (name: string, when: typeof someLetters) =>
    void lookout
      .until(when)(noise)
      .then(() => woken.push(name))
  return { woken, wait }
}

describe('one lookout for all loops', () => {
  test('ends the idleness of those who have something to do, and of no other', async () => {
    await using lookout = kept()
    const { woken, wait } = waiters(lookout)
    wait('letters', someLetters)
    wait('parcels', sql<boolean>`false`)
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(woken).toEqual([])
    await sql`insert into letters values (1)`.execute(db)
    await eventually(
      async () => woken.length,
      count => count > 0,
    )
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(woken).toEqual(['letters'])
  })

  test('wakes one more with each look, as long as something is left', async () => {
    await using lookout = kept()
    await sql`insert into letters values (1)`.execute(db)
    const woken: number[] = []
    const idle = lookout.until(someLetters)
    const began = performance.now()
    for (let i = 0; i < 3; i++) void idle(noise).then(() => woken.push(performance.now() - began))
    await eventually(
      async () => woken.length,
      count => count === 3,
    )
    for (const [index, at] of woken.entries()) expect(at).toBeGreaterThan(index * 200)
  })

  test('lets everybody see for himself when it cannot see', async () => {
    await using lookout = kept()
    const { woken, wait } = waiters(lookout)
    wait('unseen', sql<boolean>`1 / (select count(*) from letters) = 1`)
    wait('parcels', sql<boolean>`false`)
    await eventually(
      async () => woken,
      names => names.length === 2,
    )
  })

  test('asks one query for all, and none when nobody waits', async () => {
    await using lookout = kept()
    queries = []
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(queries).toEqual([])
    const stop = new AbortController()
    const idle = [someLetters, sql<boolean>`false`].map(when => lookout.until(when)(stop.signal))
    await eventually(
      async () => queries.length,
      count => count >= 2,
    )
    expect(new Set(queries).size).toBe(1)
    stop.abort()
    await Promise.all(idle)
  })
})
