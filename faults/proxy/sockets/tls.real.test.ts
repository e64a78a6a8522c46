import { once } from 'node:events'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Postgres, startPostgres } from '../../../targets/postgres.ts'
import { startRedis } from '../../../targets/redis.ts'
import { type TestRun, testRun } from '../../../targets/testing/test-run.ts'
import { cert, key } from '../testing/certificate.ts'
import { addToxic, type TestProxy, testProxy, until } from '../testing/proxied.ts'

let run: TestRun
let server: Postgres
/** Takes sessions with TLS, and plain ones. */
let sealed: Postgres

beforeAll(async () => {
  run = await testRun()
  server = await startPostgres(run)
  sealed = await startPostgres(run, { name: 'sealed' })
  await switchTlsOn(sealed)
}, 120_000)
afterAll(() => run?.[Symbol.asyncDispose]())

/** By way of the server itself, which alone may write where it looks for them. */
async function switchTlsOn(postgres: Postgres): Promise<void> {
  await using admin = await session(postgres, postgres, false)
  for (const [file, text] of [
    ['server.crt', cert],
    ['server.key', key],
  ] as const) {
    const lines = text.trim().split('\n')
    const rows = lines.map(line => `('${line}')`).join(', ')
    await admin.query(`copy (values ${rows}) to program 'umask 077 && cat > ${file}'`)
  }
  await admin.query('alter system set ssl = on')
  await admin.query('select pg_reload_conf()')
  await until(async () => (await admin.query('show ssl')).rows[0].ssl === 'on', 30_000)
}

interface Address {
  readonly host: string
  readonly port: number
}

type Session = pg.Client & AsyncDisposable

async function session(
  postgres: Postgres,
  at: Address,
  ssl: false | { readonly ca: string },
  more: pg.ClientConfig = {},
): Promise<Session> {
  const client = new pg.Client({ connectionString: postgres.urlVia(at), ssl, ...more })
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, {
    [Symbol.asyncDispose]: () => client.end().catch(() => {}),
  })
}

/** A proxy named `p` with these settings; resolves to where it listens. */
async function linkTo({ host, port }: Address, proxy: TestProxy, body: object): Promise<Address> {
  const upstream = `${host}:${port}`
  const reply = await proxy.call('POST', '/proxies', { name: 'p', upstream, ...body })
  expect(reply.status, reply.text).toBe(201)
  const [listen = '', listenPort] = reply.proxy.listen.split(':')
  return { host: listen, port: Number(listenPort) }
}

const postgresTls = { protocol: 'postgres', tls: { cert, key } }

/** Whether the server says that this session is encrypted on its side. */
async function isSealed(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
  return rows[0].ssl
}

test.each(['postgres', 'direct'])(
  'a PostgreSQL session that demands TLS is understood here (sslnegotiation=%s)',
  async sslnegotiation => {
    await using proxy = await testProxy()
    const link = await linkTo(server, proxy, postgresTls)
    const negotiation = Object.fromEntries([['sslnegotiation', sslnegotiation]])
    await using client = await session(server, link, { ca: cert }, negotiation)
    await client.query('create temporary table orders (id int)')
    await addToxic(proxy, {
      type: 'postgres_error',
      attributes: { match: { statement: 'INSERT', table: 'orders' }, code: '40001' },
      hits: { first: 1 },
    })
    const struck = client.query('insert into orders values ($1)', [1])
    await expect(struck).rejects.toMatchObject({ code: '40001' })
    await client.query('insert into orders values ($1)', [2])
    expect((await client.query('select id from orders')).rows).toEqual([{ id: 2 }])
    expect(await isSealed(client)).toBe(false)
  },
)

test('without a certificate in the proxy the same session is refused by the plain server', async () => {
  await using proxy = await testProxy()
  const link = await linkTo(server, proxy, { protocol: 'postgres' })
  await expect(session(server, link, { ca: cert })).rejects.toThrow('does not support SSL')
})

test('a certificate that the client does not know is refused by the client', async () => {
  await using proxy = await testProxy()
  const link = await linkTo(server, proxy, postgresTls)
  const config = { connectionString: server.urlVia(link), ssl: { rejectUnauthorized: true } }
  const stranger = new pg.Client(config)
  await expect(stranger.connect()).rejects.toThrow('self-signed certificate')
})

test('where sessions end their TLS, a plain one is refused in words', async () => {
  await using proxy = await testProxy()
  const link = await linkTo(server, proxy, postgresTls)
  await expect(session(server, link, false)).rejects.toMatchObject({
    code: '28000',
    message: 'this link takes encrypted sessions only',
  })
})

test('TLS is asked for at a PostgreSQL upstream, and what passes is understood', async () => {
  await using proxy = await testProxy()
  const tls = { upstream: { ca: cert } }
  const link = await linkTo(sealed, proxy, { protocol: 'postgres', tls })
  await using client = await session(sealed, link, false)
  expect(await isSealed(client)).toBe(true)
  const attributes = { match: { statement: 'UPDATE' }, code: '40P01' }
  await addToxic(proxy, { type: 'postgres_error', attributes })
  await client.query('create temporary table stock (n int)')
  await expect(client.query('update stock set n = 1')).rejects.toMatchObject({ code: '40P01' })
})

test('an upstream that has no TLS is not spoken to in plain', async () => {
  await using proxy = await testProxy()
  const tls = { upstream: { ca: cert } }
  const link = await linkTo(server, proxy, { protocol: 'postgres', tls })
  await expect(session(server, link, false)).rejects.toThrow()
  expect((await proxy.call('GET', '/metrics')).text).toContain(
    'toxiproxy_proxy_connections_refused_total{proxy="p"} 1',
  )
})

test('megabytes pass unchanged with TLS on both sides, and so does an end', async () => {
  await using proxy = await testProxy()
  const tls = { cert, key, upstream: { ca: cert } }
  const link = await linkTo(sealed, proxy, { protocol: 'postgres', tls })
  await using client = await session(sealed, link, { ca: cert })
  const sent = Array.from({ length: 400_000 }, (_, n) => `${n}`).join(' ')
  const { rows } = await client.query('select $1::text as back', [sent])
  expect(rows[0].back === sent).toBe(true)
  await client.end()
  const none = async () => (await proxy.call('GET', '/connections')).connections.length
  await expect.poll(none, { timeout: 20_000 }).toBe(0)
})

test('a session that TLS was asked for can be reset', async () => {
  await using proxy = await testProxy()
  const link = await linkTo(server, proxy, postgresTls)
  await using client = await session(server, link, { ca: cert })
  const failed = once(client, 'error')
  await addToxic(proxy, { type: 'rst' })
  await failed
  await expect(client.query('select 1')).rejects.toThrow()
})

test('an error strikes one command of Redis below TLS', async () => {
  await using proxy = await testProxy()
  const redis = await startRedis(run)
  const link = await linkTo(redis, proxy, { protocol: 'redis', tls: { cert, key } })
  const client = new Redis({ ...link, tls: { ca: cert }, retryStrategy: () => null })
  client.on('error', () => {})
  const attributes = { match: { command: 'SET', key: 'cart:*' }, error: 'READONLY' }
  await addToxic(proxy, { type: 'redis_error', attributes })
  await expect(client.set('other', '1')).resolves.toBe('OK')
  await expect(client.set('cart:1', '1')).rejects.toThrow('READONLY')
  await expect(client.get('cart:1')).resolves.toBeNull()
  client.disconnect()
})
