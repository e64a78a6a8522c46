import { expect, test } from 'vitest'
import { startPostgres } from './postgres.ts'
import { startStandby } from './postgres-standby.ts'
import { withPostgres } from './runtime/postgres-server.ts'
import { testRun } from './testing/test-run.ts'

const padding = 'x'.repeat(64 * 1024)

/**
 * Rows acknowledged before the primary is killed, and of these those the promoted standby has: while
 * the standby stands still, so that what it was not waited for is lost.
 */
async function failover(synchronous: boolean) {
  await using run = await testRun()
  await using primary = await startPostgres(run)
  await withPostgres(primary.url, async client => {
    await client.query('create table t (id int primary key, padding text)')
    await client.query('alter table t alter column padding set storage external')
  })
  await using standby = await startStandby(run, primary, { synchronous })
  let acknowledged = 0
  const writing = withPostgres(primary.url, async client => {
    for (let id = 0; ; id++) {
      await client.query('insert into t values ($1, $2)', [id, padding])
      acknowledged = id + 1
    }
  }).catch(() => {})
  await run.clock.sleep(200)
  await standby.pause()
  // What fits the socket's buffers reaches a standby that stands still all the same.
  const beyondBuffers = acknowledged + 512
  const deadline = run.clock.nowMs() + (synchronous ? 300 : 20_000)
  while (acknowledged < beyondBuffers && run.clock.nowMs() < deadline) await run.clock.sleep(20)
  await primary.kill()
  await writing
  await standby.resume()
  const start = run.clock.nowMs()
  await standby.promote()
  console.log(`promoted after ${(run.clock.nowMs() - start).toFixed()} ms`)
  return await withPostgres(standby.url, async client => {
    const { rows } = await client.query<{ id: number }>('select id from t')
    await client.query('insert into t values (-1)')
    return { acknowledged, found: rows.filter(({ id }) => id < acknowledged).length }
  })
}

test('a synchronous standby that is promoted has every acknowledged row, and takes writes', async () => {
  const { acknowledged, found } = await failover(true)
  expect(acknowledged).toBeGreaterThan(10)
  expect(found).toBe(acknowledged)
})

test('an asynchronous one has not, so the above could have failed', async () => {
  const { acknowledged, found } = await failover(false)
  expect(found).toBeLessThan(acknowledged)
})

test('the former primary comes back as a clone of its successor', async () => {
  await using run = await testRun()
  await using primary = await startPostgres(run)
  await using standby = await startStandby(run, primary)
  await primary.kill()
  await standby.promote()
  await using returned = await startStandby(run, standby, { name: 'returned' })
  await withPostgres(standby.url, client => client.query('create table after ()'))
  await expect
    .poll(() => withPostgres(returned.url, client => client.query('select from after')))
    .toMatchObject({ rows: [] })
})
