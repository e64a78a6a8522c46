import { createServer } from 'node:http'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listen } from '../../../lab/testing/loopback.ts'
import { type Postgres, startPostgres } from '../../../targets/postgres.ts'
import { startRedis } from '../../../targets/redis.ts'
import { until } from '../testing/proxied.ts'
import { type Rig, startRig } from '../testing/rig.ts'

let rig: Rig
let server: Postgres
let redis: Awaited<ReturnType<typeof startRedis>>
let direct: pg.Client

beforeAll(async () => {
  rig = await startRig()
  const servers = await Promise.all([startPostgres(rig.run), startRedis(rig.run)])
  server = servers[0]
  redis = servers[1]
  direct = await rig.postgres(server)
  await direct.query('create table sold (id int primary key, n int not null)')
  await direct.query('create table stock (id int primary key, n int not null)')
})
beforeEach(async () => {
  await direct.query('truncate sold, stock')
  await direct.query('insert into stock values (1, 10), (2, 10)')
})
afterAll(() => rig?.[Symbol.asyncDispose]())

interface Doubling {
  readonly match?: object
  readonly hits?: object
  readonly times?: number
}

/** A link on which requests are doubled. */
async function doubling(
  protocol: string,
  to: { host: string; port: number },
  { match, hits = {}, times = 1 }: Doubling,
) {
  const link = await rig.proxy.link(protocol, to)
  const toxic = await link.toxic({
    type: 'message_duplicate',
    stream: 'upstream',
    attributes: { match, times },
    hits,
  })
  return { link, toxic }
}

async function doubledStatements(how: Doubling) {
  const { link, toxic } = await doubling('postgres', server, how)
  return { client: await rig.postgres(server, link), toxic }
}

async function doubledCommands(command: string) {
  const { link, toxic } = await doubling('redis', redis, { match: { command } })
  return { client: rig.redis(link), toxic }
}

async function stock(): Promise<number[]> {
  const { rows } = await direct.query<{ n: number }>('select n from stock order by id')
  return rows.map(({ n }) => n)
}

const updates = { table: 'stock', statement: 'update' }
const take = 'update stock set n = n - $2 where id = $1 returning n'

test.each([
  ['unnamed', undefined],
  ['named', 'take'],
])('doubles a statement with parameters (%s): done again, answered once', async (_, name) => {
  const { client, toxic } = await doubledStatements({ match: updates, hits: { every: 2 } })
  const ask = async (id: number) => {
    const named = name === undefined ? {} : { name }
    const { rows } = await client.query<{ n: number }>({ ...named, text: take, values: [id, 3] })
    return rows.map(({ n }) => n)
  }
  expect([await ask(1), await ask(2), await ask(1), await ask(2)]).toEqual([[7], [7], [4], [1]])
  // The client has its answer before the second time is done.
  await until(async () => (await stock()).join() === '4,-2')
  expect(await toxic.landed()).toBe(2)
})

test('doubles it inside of a transaction, which is rolled back whole', async () => {
  const { client } = await doubledStatements({ match: updates })
  await client.query('begin')
  await client.query(take, [1, 3])
  const { rows } = await client.query('select n from stock where id = $1', [1])
  await client.query('rollback')
  expect([rows, await stock()]).toEqual([[{ n: 4 }], [10, 10]])
})

test('a second time that fails does not take back the first', async () => {
  const { client } = await doubledStatements({ match: { table: 'sold' }, times: 3 })
  await client.query('insert into sold values ($1, $2)', [1, 1])
  await client.query('insert into sold values ($1, $2)', [2, 1])
  const { rows } = await client.query('select id from sold order by id')
  expect(rows).toEqual([{ id: 1 }, { id: 2 }])
})

test('each answer stays with its question in a pipeline of doubled statements', async () => {
  const { client } = await doubledStatements({ match: { table: 'stock' }, hits: { every: 3 } })
  const asked = Array.from({ length: 60 }, (_, n) => n)
  const answers = await Promise.all(
    asked.map(async n => {
      const { rows } = await client.query('select $1::int as n, count(*) from stock', [n])
      return rows[0]?.n
    }),
  )
  expect(answers).toEqual(asked)
})

test('answers still to come are kept from the client when the toxic goes', async () => {
  const { client, toxic } = await doubledCommands('BLPOP')
  const first = client.blpop('queue', 20)
  await until(async () => (await toxic.landed()) === 1)
  await toxic.remove()
  const own = rig.redis(redis)
  await own.rpush('queue', 'a', 'b')
  expect(await first).toEqual(['queue', 'a'])
  expect(await client.ping()).toBe('PONG')
  expect(await own.llen('queue')).toBe(0)
})

test('what is too large to keep passes once, is answered once, and has not landed', async () => {
  const { client, toxic } = await doubledCommands('APPEND')
  expect(await client.append('big', 'x'.repeat(2_000_000))).toBe(2_000_000)
  expect(await client.append('big', 'x')).toBe(2_000_001)
  expect(await client.strlen('big')).toBe(2_000_002)
  expect(await toxic.landed()).toBe(1)
})

test('a body too large to keep is served once, and the next request gets its own answer', async () => {
  const served: string[] = []
  const http = createServer(async (asked, response) => {
    let size = 0
    for await (const chunk of asked) size += Buffer.from(chunk).length
    served.push(`${asked.url} ${size}`)
    response.end(asked.url)
  })
  const { link } = await doubling('http', { host: '127.0.0.1', port: await listen(http) }, {})
  const post = async (path: string, size: number) => {
    const answer = await fetch(`http://${link.host}:${link.port}${path}`, {
      method: 'POST',
      body: 'x'.repeat(size),
      signal: AbortSignal.timeout(10_000),
    })
    return answer.text()
  }
  expect([await post('/big', 3_000_000), await post('/small', 3)]).toEqual(['/big', '/small'])
  expect(served).toEqual(['/big 3000000', '/small 3', '/small 3'])
  http.closeAllConnections()
  http.close()
})
