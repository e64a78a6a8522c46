import { once } from 'node:events'
import { createServer } from 'node:http'
import type pg from 'pg'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Link } from '../lab/model/capability.ts'
import type { Fault } from '../lab/model/fault.ts'
import { listen } from '../lab/testing/loopback.ts'
import { type Postgres, startPostgres } from '../targets/postgres.ts'
import { startRedis } from '../targets/redis.ts'
import { delayResponse } from './http/delay-response.ts'
import { cutStatement } from './postgres/cut-statement.ts'
import { doubleStatement } from './postgres/double-statement.ts'
import { dropAnswer } from './postgres/drop-answer.ts'
import { loseAcknowledgement } from './postgres/lose-acknowledgement.ts'
import { readOnly } from './postgres/read-only.ts'
import { tooManyConnections } from './postgres/too-many-connections.ts'
import { corruptReply } from './redis/corrupt-reply.ts'
import { dropPubSub } from './redis/drop-pub-sub.ts'
import { type FaultBench, faultBench, type OnePart, part } from './testing/fault-bench.ts'
import { totalLanded } from './testing/total-landed.ts'
import { closeSocket } from './websocket/close-socket.ts'
import { cutFrame } from './websocket/cut-frame.ts'
import { dropFrame } from './websocket/drop-frame.ts'

let bench: FaultBench
let postgres: Postgres
let redis: { host: string; port: number }
let direct: pg.Client

beforeAll(async () => {
  bench = await faultBench()
  const { rig } = bench
  ;[postgres, redis] = await Promise.all([startPostgres(rig.run), startRedis(rig.run)])
  direct = await rig.postgres(postgres)
  await direct.query('create table stock (id int, n int); create sequence numbers')
}, 60_000)
afterAll(() => bench?.[Symbol.asyncDispose]())

async function struck(
  protocol: Link['protocol'],
  server: { readonly host: string; readonly port: number },
  fault: Fault<OnePart>,
) {
  const { system, at } = await bench.system(protocol, server)
  const injection = await (await fault.plan(system, bench.context)).apply()
  return { at, landed: async () => totalLanded(await injection.landed()) }
}

/** How the same statement travels. */
const forms = {
  simple: (sql: string) => ({ text: sql }),
  extended: (sql: string) => ({ text: sql, queryMode: 'extended' }),
  named: (sql: string) => ({ text: sql, name: `named ${sql}` }),
}

test.each(Object.entries(forms))('readOnly does as a standby does (%s)', async (_, query) => {
  const { at } = await struck('postgres', postgres, readOnly(part))
  const client = await bench.rig.postgres(postgres, at)
  const taken = ['begin', "set application_name = 'x'", 'show search_path', 'select * from stock']
  for (const sql of [...taken, 'commit']) await client.query(query(sql))
  const refused = [
    ['insert into stock values (1, 1)', 'INSERT'],
    ['update stock set n = 2', 'UPDATE'],
    ['create table more (id int)', 'CREATE TABLE'],
    ['select * from stock for update', 'SELECT FOR UPDATE'],
    ["select nextval('numbers')", 'nextval()'],
    ['copy stock from stdin', 'COPY FROM'],
  ] as const
  for (const [sql, name] of refused) {
    await expect(client.query(query(sql))).rejects.toMatchObject({
      code: '25006',
      message: `cannot execute ${name} in a read-only transaction`,
    })
  }
  await client.query('begin')
  await expect(client.query(query('delete from stock'))).rejects.toMatchObject({ code: '25006' })
  await expect(client.query(query('select 1'))).rejects.toMatchObject({ code: '25P02' })
  await client.query('rollback')
})

test.each([
  ['cutStatement', cutStatement(part)],
  ['dropAnswer', dropAnswer(part)],
  ['loseAcknowledgement', loseAcknowledgement(part)],
])('%s without `on` strikes a statement, not the start of a session', async (_, fault) => {
  const { at, landed } = await struck('postgres', postgres, fault)
  const client = await bench.rig.postgres(postgres, at)
  expect(await landed()).toBe(0)
  const asked = client.query('select 1').catch(() => {})
  await expect.poll(landed, { timeout: 20_000 }).toBe(1)
  client.end().catch(() => {})
  if (!/drop/.test(fault.name)) await asked
})

test('doubleStatement strikes each form of a statement once, and EXECUTE as what it stands for', async () => {
  await direct.query('truncate stock')
  const on = { statement: 'insert', table: 'STOCK'.toLowerCase() }
  const { at, landed } = await struck('postgres', postgres, doubleStatement(part, { on }))
  const client = await bench.rig.postgres(postgres, at)
  const sql = (n: number) => `INSERT INTO Stock /* from orders */ VALUES (${n}, 1)`
  await client.query(forms.simple(sql(1)))
  await client.query(forms.extended(sql(2)))
  await client.query(forms.named(sql(3)))
  await client.query(`prepare q as ${sql(4)}`)
  await client.query('execute q')
  // Comes after the double of the last one, whose answer nobody waits for.
  await client.query('select 1')
  const { rows } = await direct.query(
    'select id, count(*)::int as times from stock group by id order by id',
  )
  expect(rows).toEqual([1, 2, 3, 4].map(id => ({ id, times: 2 })))
  expect(await landed()).toBe(4)
})

test('tooManyConnections refuses new sessions alone', async () => {
  const { system, at } = await bench.system('postgres', postgres)
  const open = await bench.rig.postgres(postgres, at)
  await (await tooManyConnections(part).plan(system, bench.context)).apply()
  await open.query('select 1')
  await expect(bench.rig.postgres(postgres, at)).rejects.toMatchObject({ code: '53300' })
})

test.each([2, 3] as const)(
  'corruptReply leaves pushes alone, dropPubSub replies (RESP%i)',
  async protocol => {
    const publisher = bench.rig.redis(redis)
    const corrupted = await struck(
      'redis',
      redis,
      corruptReply(part, 4, { on: { command: 'get' } }),
    )
    const dropped = await struck('redis', redis, dropPubSub(part, { on: { channel: 'news' } }))
    for (const { at } of [corrupted, dropped]) {
      const client = bench.rig.redis(at, { protocol })
      const heard: string[] = []
      client.on('message', (channel: string) => heard.push(channel))
      await client.subscribe('news', 'other')
      await publisher.publish('news', '1')
      await publisher.publish('other', '2')
      await expect.poll(() => heard.at(-1), { timeout: 20_000 }).toBe('other')
      expect(heard).toEqual(at === dropped.at ? ['other'] : ['news', 'other'])
    }
    await publisher.set('word', 'hello')
    expect(await bench.rig.redis(corrupted.at).get('word')).not.toBe('hello')
    expect(await corrupted.landed()).toBe(1)
    expect(await dropped.landed()).toBe(1)
  },
)

test.each([
  ['dropFrame', dropFrame(part)],
  ['cutFrame', cutFrame(part)],
  ['closeSocket', closeSocket(part, 1012)],
])('%s without `on` lets the handshake through, and strikes the first frame', async (_, fault) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const address = server.address()
  if (typeof address === 'string' || !address) throw new Error('expected a port')
  const { at, landed } = await struck('websocket', { host: '127.0.0.1', port: address.port }, fault)
  const socket = new WebSocket(`ws://${at.host}:${at.port}/`)
  socket.on('error', () => {})
  await once(socket, 'open')
  expect(await landed()).toBe(0)
  for (const client of server.clients) client.send('hello')
  await expect.poll(landed, { timeout: 20_000 }).toBe(1)
  socket.terminate()
  for (const client of server.clients) client.terminate()
  server.close()
})

test('delayResponse strikes each response once, HEAD, 204 and 304 with them', async () => {
  const server = createServer((asked, response) => {
    if (asked.url === '/none') response.writeHead(204).end()
    else if (asked.url === '/same') response.writeHead(304).end()
    else response.end('hello')
  })
  const port = await listen(server)
  const on = { type: '2??' }
  const { at, landed } = await struck(
    'http',
    { host: '127.0.0.1', port },
    delayResponse(part, '30ms', { on }),
  )
  const base = `http://${at.host}:${at.port}`
  const statuses: number[] = []
  for (const [method, path] of [
    ['HEAD', '/'],
    ['GET', '/none'],
    ['GET', '/same'],
    ['GET', '/'],
  ] as const) {
    const { statusCode, body } = await request(base + path, { method })
    statuses.push(statusCode)
    await body.dump()
  }
  expect(statuses).toEqual([200, 204, 304, 200])
  expect(await landed()).toBe(3)
  server.closeAllConnections()
  server.close()
})
