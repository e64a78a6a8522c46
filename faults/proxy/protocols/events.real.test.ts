import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen as listening } from '../../../lab/testing/loopback.ts'
import { startPostgres } from '../../../targets/postgres.ts'
import { startRedis } from '../../../targets/redis.ts'
import { until } from '../testing/proxied.ts'
import { type Rig, startRig } from '../testing/rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig?.[Symbol.asyncDispose]())

/** Collects what the proxy tells of this link, as `request SET cart:1`. */
async function listen(link: string) {
  const stop = new AbortController()
  const answer = await fetch(`${rig.proxy.url}/events?links=${link}`, { signal: stop.signal })
  const lines: string[] = []
  const counts: Record<string, number> = {}
  const read = async () => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      const whole = text.split('\n')
      text = whole.pop() ?? ''
      for (const line of whole) take(JSON.parse(line))
    }
  }
  const take = (event: Record<string, string> & { counts?: Record<string, number> }) => {
    for (const [name, count] of Object.entries(event.counts ?? {})) {
      counts[name] = (counts[name] ?? 0) + count
    }
    if (event.kind !== 'wire') return
    const { what, message, key, trace, error, detail } = event
    const asks = what === 'response' && detail
    const parts = [what, message, key, trace && `@${trace}`, error && `!${error}`, asks]
    lines.push(parts.filter(Boolean).join(' '))
  }
  const reading = read().catch(() => {})
  return {
    lines,
    counts,
    stop: async () => {
      stop.abort()
      await reading
    },
  }
}

test('tells each command, its key, and the error it got', async () => {
  const link = await rig.proxy.link('redis', await startRedis(rig.run), { messages: true })
  const client = rig.redis(link)
  await client.ping()
  const told = await listen(link.name)
  await client.set('cart:1', 'x')
  await expect(client.incr('cart:1')).rejects.toThrow()
  await until(() => told.lines.length >= 4)
  client.disconnect()
  await until(() => told.counts['request:SET'] === 1 && told.lines.includes('close'))
  await told.stop()
  expect(told.lines).toEqual([
    'request SET cart:1',
    'response SET cart:1',
    'request INCR cart:1',
    'response INCR cart:1 !ERR',
    'close',
  ])
  expect(told.counts).toMatchObject({ 'request:INCR': 1, 'response:INCR': 1, 'error:ERR': 1 })
})

test('tells each statement, its table and trace, and its SQLSTATE', async () => {
  const server = await startPostgres(rig.run)
  const link = await rig.proxy.link('postgres', server, { messages: true })
  const told = await listen(link.name)
  const client = await rig.postgres(server, link)
  await client.query('create table orders (id int primary key)')
  await client.query('begin')
  await client.query('insert into orders values ($1) /* trace=req-1 */', [1])
  await client.query('commit')
  const again = client.query('insert into orders values ($1) /* trace=req-2 */', [1])
  await expect(again).rejects.toThrow()
  await client.end()
  await until(() => told.lines.at(-1) === 'close')
  await told.stop()
  expect(told.lines.filter(line => !line.startsWith('connect'))).toEqual([
    'request STARTUP postgres',
    'request CREATE orders',
    'response CREATE orders',
    'request BEGIN',
    'response BEGIN',
    'request INSERT orders @req-1',
    'response INSERT orders @req-1',
    'request COMMIT',
    'response COMMIT',
    'request INSERT orders @req-2',
    'response INSERT orders @req-2 !23505',
    'close',
  ])
})

test('tells the error that the client got, not the one that the server gave in its place', async () => {
  const server = await startPostgres(rig.run, { name: 'told' })
  const link = await rig.proxy.link('postgres', server, { messages: true })
  const client = await rig.postgres(server, link)
  await client.query('create table orders (id int primary key)')
  await link.toxic({
    type: 'postgres_error',
    attributes: { code: '25006', match: { writes: true } },
  })
  const told = await listen(link.name)
  for (const queryMode of ['simple', 'extended'] as const) {
    const query = { text: 'insert into orders values (1)', queryMode }
    await expect(client.query(query)).rejects.toMatchObject({
      code: '25006',
      message: 'cannot execute INSERT in a read-only transaction',
    })
  }
  await until(() => told.counts['error:25006'] === 2)
  await told.stop()
  expect(told.lines.filter(line => line.startsWith('response'))).toEqual([
    'response INSERT orders !25006',
    'response INSERT orders !25006',
  ])
  expect(Object.keys(told.counts).filter(name => name.startsWith('error:'))).toEqual([
    'error:25006',
  ])
})

test('tells the errors that toxics give in place of Redis and of HTTP', async () => {
  const link = await rig.proxy.link('redis', await startRedis(rig.run, { name: 'told' }), {
    messages: true,
  })
  const client = rig.redis(link)
  await client.ping()
  await link.toxic({ type: 'redis_error', attributes: { error: 'OOM', match: { command: 'SET' } } })
  const told = await listen(link.name)
  await expect(client.set('a', '1')).rejects.toThrow('OOM')
  await expect(client.multi().set('a', '1').exec()).rejects.toThrow('EXECABORT')
  await until(() => told.counts['error:EXECABORT'] === 1)
  await told.stop()
  expect(told.lines.filter(line => line.includes('!'))).toEqual([
    'response SET a !OOM',
    'response SET a !OOM',
    'response EXEC !EXECABORT',
  ])
})

test('tells for how long a server, or a toxic in its place, asks to be left alone', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(429, { 'retry-after': '7' }).end()
  })
  const link = await rig.proxy.link(
    'http',
    { host: '127.0.0.1', port: await listening(server) },
    { messages: true },
  )
  const told = await listen(link.name)
  const get = async () => (await fetch(`http://${link.host}:${link.port}/a`)).status
  expect(await get()).toBe(429)
  await link.toxic({ type: 'http_error', attributes: { status: 503, retry_after: 2 } })
  expect(await get()).toBe(503)
  await until(() => told.counts['error:503'] === 1)
  await told.stop()
  server.closeAllConnections()
  server.close()
  expect(told.lines.filter(line => line.startsWith('response'))).toEqual([
    'response GET /a /a !429 retry-after: 7',
    'response GET /a /a !503 retry-after: 2',
  ])
})
