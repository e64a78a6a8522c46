import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test } from 'vitest'
import { startPostgres } from './postgres.ts'
import { testRun } from './testing/test-run.ts'

async function connect(url: string) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

/** Rows that are found after a kill in mid-flight, of 200 that were acknowledged. */
async function survivors(settings: Readonly<Record<string, string>>): Promise<number> {
  await using run = await testRun()
  await using postgres = await startPostgres(run, { settings })
  await using client = await connect(postgres.url)
  await client.query('create table t (id int primary key)')
  // So that the table itself is on disk whatever happens to the rows.
  await client.query('checkpoint')
  for (let id = 0; id < 200; id++) await client.query('insert into t values ($1)', [id])
  await postgres.kill()
  await postgres.restart()
  await using after = await connect(postgres.url)
  const { rows } = await after.query<{ count: number }>('select count(*)::int as count from t')
  return rows[0]?.count ?? 0
}

test('a killed Postgres finds every acknowledged row when it is started again', async () => {
  expect(await survivors({})).toBe(200)
})

test('with synchronous_commit off it does not, so the above could have failed', async () => {
  const lazy = { synchronous_commit: 'off', wal_writer_delay: '10s' }
  expect(await survivors(lazy)).toBeLessThan(200)
})

test('a paused Postgres answers nobody, not even sessions already open, until it is resumed', async () => {
  await using run = await testRun()
  await using postgres = await startPostgres(run)
  await using client = await connect(postgres.url)
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  await postgres.pause()
  let answered = false
  const asking = client.query('select 1').then(() => {
    answered = true
  })
  await run.clock.sleep(200)
  expect(answered).toBe(false)
  await postgres.resume()
  await asking
  const again = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  expect(again.rows, 'the same session').toEqual(rows)
})

test('keeps its data where it is told and its log apart, and finds both again after a kill', async () => {
  await using run = await testRun()
  const folder = join(run.scratchFolder, 'elsewhere')
  await mkdir(folder, { mode: 0o755 })
  await using postgres = await startPostgres(run, { folder, logApart: true })
  expect(postgres.dataFolder).toBe(join(folder, 'postgres'))
  await using client = await connect(postgres.url)
  await client.query('create table t (id int)')
  await postgres.kill()
  await postgres.restart()
  await using after = await connect(postgres.url)
  expect((await after.query('select from t')).rowCount).toBe(0)
  const log = await realpath(join(postgres.dataFolder, 'pg_wal'))
  expect(log.startsWith(await realpath(folder))).toBe(false)
})

test('a setting that Postgres refuses is shown with the last lines of its log', async () => {
  await using run = await testRun()
  const starting = startPostgres(run, { settings: { max_connections: 'many' } })
  await expect(starting).rejects.toMatchObject({
    code: 'server-not-ready',
    message: expect.stringMatching(/it ended[\s\S]*invalid value for parameter "max_connections"/),
  })
})

test('nobody comes in without the password', async () => {
  await using run = await testRun()
  await using postgres = await startPostgres(run)
  const guess = `postgres://postgres:guess@127.0.0.1:${postgres.port}/postgres`
  await expect(connect(guess)).rejects.toThrow('password authentication failed')
})
