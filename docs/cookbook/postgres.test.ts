import pg from 'pg'
import { once, recordWrites, test, times } from 'resilience-lab/vitest'
import { expect } from 'vitest'

const timeout = 300_000

/** Runs a transaction, and again while PostgreSQL asks for that. */
async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>) {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    try {
      await client.query('begin isolation level serializable')
      const result = await work(client)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch(() => {})
      if (attempt === 3 || !isConflict(error)) throw error
    } finally {
      client.release(true)
    }
  }
}

const isConflict = (error: unknown) =>
  error instanceof pg.DatabaseError && ['40001', '40P01'].includes(error.code ?? '')

test('a transfer is made once, though PostgreSQL gives it up twice', { timeout }, async ({
  lab,
}) => {
  const db = await lab.postgres()
  await using pool = poolOf(db.url)
  await pool.query('create table accounts (id int, cents int)')
  await pool.query('insert into accounts values (1, 100), (2, 0)')

  await using conflict = await db.link.serializationFailure({ statement: 'COMMIT', hits: times(2) })
  await transaction(pool, async client => {
    await client.query('update accounts set cents = cents - 10 where id = 1')
    await client.query('update accounts set cents = cents + 10 where id = 2')
  })

  await expect(conflict).toHaveLanded(2)
  const { rows } = await pool.query('select cents from accounts order by id')
  expect(rows).toEqual([{ cents: 90 }, { cents: 10 }])
})

/** The caller's key makes a second attempt harmless. */
async function placeOrder(pool: pg.Pool, key: string) {
  for (let attempt = 1; ; attempt++) {
    try {
      await pool.query('insert into orders (key) values ($1) on conflict (key) do nothing', [key])
      return
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

test('an order is placed once, though the answer to it is lost', { timeout }, async ({ lab }) => {
  const db = await lab.postgres()
  await using pool = poolOf(db.url)
  await pool.query('create table orders (id serial, key text unique)')

  await using lost = await db.link.loseAcknowledgement({ table: 'orders', hits: once() })
  await placeOrder(pool, 'k1')

  await expect(lost).toHaveLanded()
  const { rows } = await pool.query('select key from orders')
  expect(rows).toEqual([{ key: 'k1' }])
})

test('the pool is well again after a restart of PostgreSQL', { timeout }, async ({ lab }) => {
  const db = await lab.postgres()
  await using pool = poolOf(db.url)
  await pool.query('select 1')

  await using killed = await db.server.kill()
  await expect(pool.query('select 1')).rejects.toThrow()
  await killed.heal()

  await expect.poll(() => pool.query('select 1').then(() => 'well', String)).toBe('well')
})

test('who waits for a lock gives up in time, and says why', { timeout }, async ({ lab }) => {
  const db = await lab.postgres()
  await using pool = poolOf(db.url, { statement_timeout: 300 })
  await pool.query('create table orders (id int)')

  await using lock = await db.server.heldLock('orders')
  const beganMs = performance.now()
  await expect(pool.query('insert into orders values (1)')).rejects.toMatchObject({ code: '57014' })

  expect(performance.now() - beganMs).toBeGreaterThan(290)
  await lock.untilLanded()
})

test('a database that has gone silent is noticed by the pool', { timeout }, async ({ lab }) => {
  const db = await lab.postgres()
  await using pool = poolOf(db.url, { query_timeout: 500 })
  await pool.query('select 1')

  await using silence = await db.link.blackHole()
  await expect(pool.query('select 1')).rejects.toThrow('timeout')

  await expect(silence).toHaveLanded()
})

test('no confirmed order is lost while connections are cut', { timeout }, async ({ lab }) => {
  const db = await lab.postgres()
  await using pool = poolOf(db.url)
  await pool.query('create table orders (id serial, key text unique)')
  const orders = recordWrites()

  await using cut = await db.link.loseAcknowledgement({ table: 'orders', hits: { every: 3 } })
  for (let n = 1; n <= 12; n++) {
    await orders.attempt(`k${n}`, () =>
      pool.query('insert into orders (key) values ($1)', [`k${n}`]),
    )
  }
  await expect(cut).toHaveLanded(4)
  await cut.heal()

  await expect(orders).toLoseNoWrites(async key => {
    const { rows } = await pool.query('select key from orders where key = $1', [key])
    return rows
  })
})

function poolOf(connectionString: string, options: pg.PoolConfig = {}) {
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 3_000, ...options })
  // An idle connection that is cut tells the pool; without a listener it would end the process.
  pool.on('error', () => {})
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() })
}
