import { type IsolationLevel, Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeEach, describe, expect } from 'vitest'
import { createDefences, type DefenceName } from '../../service/defences.ts'
import { createMetrics } from '../../service/metrics.ts'
import { createTransact } from '../../service/postgres/transaction.ts'
import { control } from '../control.ts'
import type { Place } from '../servers.ts'
import { test } from '../warm.ts'

let place: Place
let db: Kysely<unknown>
test.beforeAll(async ({ warm }) => {
  place = await warm()
  const pool = new pg.Pool({ connectionString: place.postgres.url })
  // Postgres may end a connection that the pool is about to close, and no longer listens to.
  pool.on('connect', client => client.on('error', () => {}))
  db = new Kysely({ dialect: new PostgresDialect({ pool }) })
  await sql`create table isolation (name text primary key, value int not null)`.execute(db)
})
beforeEach(async () => {
  await sql`delete from isolation`.execute(db)
  await sql`insert into isolation values ('one', 1), ('two', 1)`.execute(db)
})
afterAll(async () => {
  await db?.destroy()
  await place?.[Symbol.asyncDispose]()
})

const values = async (trx: Kysely<unknown>) => {
  const { rows } = await sql<{ value: number }>`
    select value from isolation order by name`.execute(trx)
  return rows.map(({ value }) => value)
}

type Name = 'one' | 'two'

/** Two transactions that have both read before either writes; how often one was begun again. */
async function collide(
  isolation: IsolationLevel,
  work: (trx: Kysely<unknown>, seen: readonly number[], mine: Name) => Promise<unknown>,
  defencesOff: readonly DefenceName[] = [],
) {
  const { promise: bothHaveRead, resolve } = Promise.withResolvers<void>()
  const transact = createTransact(db, createDefences(defencesOff), createMetrics('isolation'))
  let begun = 0
  let read = 0
  const one = (mine: Name) =>
    transact(async trx => {
      begun += 1
      const seen = await values(trx)
      read += 1
      if (read >= 2) resolve()
      await bothHaveRead
      await work(trx, seen, mine)
    }, isolation)
  const ended = await Promise.allSettled([one('one'), one('two')])
  return { ended: ended.map(({ status }) => status), again: begun - 2, left: await values(db) }
}

const both = ['fulfilled', 'fulfilled']

/** Both add to what they have read. */
const addToFirst = (trx: Kysely<unknown>, [first = 0]: readonly number[]) =>
  sql`update isolation set value = ${first + 1} where name = 'one'`.execute(trx)

/** Each goes only while the other stays. */
const leaveOne = async (trx: Kysely<unknown>, seen: readonly number[], mine: Name) => {
  if (seen.some(value => value === 0)) return
  await sql`update isolation set value = 0 where name = ${mine}`.execute(trx)
}

describe('ORD-08 isolation', () => {
  test('under REPEATABLE READ no update is lost: who came second reads again', async () => {
    expect(await collide('repeatable read', addToFirst)).toEqual({
      ended: both,
      again: 1,
      left: [3, 1],
    })
  })

  test('control: under READ COMMITTED one is lost', async () => {
    expect(await collide('read committed', addToFirst)).toEqual({
      ended: both,
      again: 0,
      left: [2, 1],
    })
  })

  test('under SERIALIZABLE no two decide on what the other changes', async () => {
    const { ended, again, left } = await collide('serializable', leaveOne)
    expect({ ended, again }).toEqual({ ended: both, again: 1 })
    expect(left.toSorted()).toEqual([0, 1])
  })

  test('control: under REPEATABLE READ they do', async () => {
    expect(await collide('repeatable read', leaveOne)).toEqual({
      ended: both,
      again: 0,
      left: [0, 0],
    })
  })

  control('transaction-retry', 'who came second has failed', async ({ defencesOff }) => {
    const { ended, again } = await collide('repeatable read', addToFirst, defencesOff)
    expect(ended.toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(again).toBe(0)
  })
})
