import { createClient } from '@clickhouse/client'
import { expect, test as plainTest } from 'vitest'
import { type Clickhouse, startClickhouse } from './clickhouse.ts'
import { clickhouseServer } from './runtime/clickhouse-server.ts'
import { missing } from './testing/missing.ts'
import { testRun } from './testing/test-run.ts'

const test = plainTest.skipIf(await missing(clickhouseServer))

function clientOf({ url, username, password }: Clickhouse) {
  return createClient({ url, username, password, request_timeout: 2_000 })
}

test('inserts and selects, and keeps its rows through a SIGKILL', async () => {
  await using run = await testRun()
  await using server = await startClickhouse(run)
  await using client = clientOf(server)
  await client.command({
    query: 'CREATE TABLE e (id UInt32, name String) ENGINE = ReplacingMergeTree ORDER BY id',
  })
  const values = [
    { id: 1, name: 'Zoë' },
    { id: 2, name: 'x' },
    { id: 1, name: 'Zoë' },
  ]
  await client.insert({ table: 'e', values, format: 'JSONEachRow' })
  const count = async () => {
    const answer = await client.query({
      query: 'SELECT count() AS rows, uniqExact(id) AS ids FROM e FINAL',
      format: 'JSONEachRow',
    })
    return answer.json()
  }
  expect(await count()).toEqual([{ rows: '2', ids: '2' }])
  await server.kill()
  await expect(count()).rejects.toThrow()
  await server.restart()
  expect(await count()).toEqual([{ rows: '2', ids: '2' }])
})

test('lets nobody in without the password', async () => {
  await using run = await testRun()
  await using server = await startClickhouse(run)
  for (const headers of [{}, { 'x-clickhouse-user': 'lab', 'x-clickhouse-key': 'wrong' }]) {
    const answer = await fetch(`${server.url}/?query=SELECT%201`, { headers })
    expect(answer.ok).toBe(false)
  }
})
