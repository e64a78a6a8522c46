import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeEach, expect } from 'vitest'
import type { Transact } from '../../service/postgres/transaction.ts'
import { createOutbox } from '../../service/queue/outbox.ts'
import type { Place } from '../servers.ts'
import { test } from '../warm.ts'

interface Letter {
  readonly seq: number
  readonly text: string
}

let place: Place
let db: Kysely<unknown>
test.beforeAll(async ({ warm }) => {
  place = await warm()
  const pool = new pg.Pool({ connectionString: place.postgres.url })
  db = new Kysely({ dialect: new PostgresDialect({ pool }) })
  await sql`create table letters (seq bigint generated always as identity, text text)`.execute(db)
})
afterAll(async () => {
  await db.destroy()
  await place[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await sql`truncate letters`.execute(db)
})

const transact: Transact = work => db.transaction().execute(work)
const table = { table: sql`letters`, row: sql`seq, text`, batch: 10 }
const outbox = createOutbox<Letter>(transact, table)

const write = (text: string, on: Kysely<unknown> = db) =>
  sql`insert into letters (text) values (${text})`.execute(on)
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `${index}`)

/** Tells `told`. */
function teller(told: string[], before = async () => {}) {
  return async (rows: readonly Letter[]) => {
    await before()
    told.push(...rows.map(({ text }) => text))
  }
}

test('what commits is told once, in order, and as many at a time as may be', async () => {
  for (const text of numbers(12)) await write(text)
  const told: string[] = []
  const counts = []
  for (let i = 0; i < 3; i++) counts.push(await outbox.relay(teller(told)))
  expect(told).toEqual(numbers(12))
  expect(counts).toEqual([10, 2, 0])
})

test('what rolls back is never told', async () => {
  const rolledBack = transact(async trx => {
    await write('no', trx)
    throw new Error('rolled back')
  })
  await expect(rolledBack).rejects.toThrow('rolled back')
  const told: string[] = []
  expect(await outbox.relay(teller(told))).toBe(0)
  expect(told).toEqual([])
})

test('what could not be told is told again', async () => {
  await write('again')
  const away = () => Promise.reject(new Error('away'))
  await expect(outbox.relay(teller([], away))).rejects.toThrow('away')
  const told: string[] = []
  await outbox.relay(teller(told))
  expect(told).toEqual(['again'])
})

test('two who tell at the same moment tell different ones, and neither waits', async () => {
  for (const text of numbers(15)) await write(text)
  const both = Promise.withResolvers<void>()
  let telling = 0
  const together = () => {
    if (++telling === 2) both.resolve()
    return both.promise
  }
  const told: string[] = []
  const tell = teller(told, together)
  expect(await Promise.all([outbox.relay(tell), outbox.relay(tell)])).toEqual(
    expect.arrayContaining([10, 5]),
  )
  expect(told.sort()).toEqual(numbers(15).sort())
})

test('waiting is true while one of those it is asked for is there', async () => {
  const some = createOutbox<Letter>(transact, { ...table, only: sql`text = 'b'` })
  const isWaiting = async () => {
    const { rows } = await sql<{ found: boolean }>`select ${some.waiting} as found`.execute(db)
    return rows[0]?.found
  }
  await write('a')
  expect(await isWaiting()).toBe(false)
  await write('b')
  expect(await isWaiting()).toBe(true)
})
