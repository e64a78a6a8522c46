import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { loadRegistry } from '../load-registry.ts'
import {
  addToxic,
  client,
  proxyTo,
  type TestProxy,
  testProxy,
  until,
  upstream,
} from '../testing/proxied.ts'

type Side = 'client' | 'server'
/** Who says what; nothing is a FIN. */
type Step = readonly [Side, string]

interface Row {
  readonly type: string
  readonly attributes?: object
  readonly stream: 'upstream' | 'downstream'
  readonly protocol?: string
  /** Gives the toxic nothing to do, whichever way it passes. */
  readonly idle: readonly Step[]
  /** Is what the toxic is for. */
  readonly traffic: Step
}

/** In both directions; what passes the other way is none of their business. */
const byBytes: readonly (readonly [string, object?])[] = [
  ['latency', { latency: 1 }],
  ['bandwidth', { rate: 100 }],
  ['timeout', { timeout: 0 }],
  ['black_hole'],
  ['reset_peer'],
  ['slicer', { average_size: 1 }],
  ['limit_data', { bytes: 1 }],
  ['packet_loss', { probability: 1, rto: 1 }],
  ['fin', { bytes: 1 }],
  ['rst', { bytes: 1 }],
]
const inBytes: Row[] = (
  [
    ['upstream', 'client', 'server'],
    ['downstream', 'server', 'client'],
  ] as const
).flatMap(([stream, side, other]) => [
  ...byBytes.map(
    ([type, attributes = {}]): Row => ({
      ...{ type, attributes, stream, idle: [[other, 'not here']] },
      traffic: [side, 'here'],
    }),
  ),
  {
    ...{ type: 'slow_close', attributes: { delay: 1 }, stream },
    idle: [
      [other, 'not here'],
      [side, 'not yet'],
    ],
    traffic: [side, ''],
  },
])

const ping = '*1\r\n$4\r\nPING\r\n'
const pong = '+PONG\r\n'
const push = '>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n'
const requests = (type: string, attributes: object = {}): Row => ({
  ...{ type, attributes, stream: 'upstream', protocol: 'redis' },
  idle: [['server', push]],
  traffic: ['client', ping],
})
const replies = (type: string, attributes: object = {}): Row => ({
  ...{ type, attributes, stream: 'downstream', protocol: 'redis' },
  idle: [['client', ping]],
  traffic: ['server', pong],
})
const onRedis: Row[] = [
  ...[requests, replies].flatMap(of => [
    of('message_delay', { delay: 1 }),
    of('message_drop'),
    of('message_corrupt'),
    of('message_cut', { when: 'before' }),
  ]),
  replies('message_stale'),
  requests('message_duplicate'),
  { ...replies('message_reorder', { within: 1 }), traffic: ['server', push] },
  requests('redis_error', { error: 'OOM' }),
]

const question = 'GET /a HTTP/1.1\r\nhost: h\r\n\r\n'
const page = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const upgrade =
  'GET /w HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-extensions: permessage-deflate\r\n\r\n'
const switched =
  'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n' +
  'sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'
const frame = '\x81\x02hi'
const http = { protocol: 'http', idle: [['client', question]] } as const
const onHttp: Row[] = [
  {
    ...{ type: 'http_error', attributes: { status: 503 }, stream: 'upstream', protocol: 'http' },
    idle: [],
    traffic: ['client', question],
  },
  {
    ...http,
    type: 'http_slow_body',
    attributes: { rate: 1_000 },
    stream: 'downstream',
    traffic: ['server', page],
  },
  { ...http, type: 'http_cut_body', stream: 'downstream', traffic: ['server', page] },
  {
    ...{ type: 'websocket_plain', stream: 'upstream', protocol: 'websocket' },
    idle: [
      ['client', question],
      ['server', page],
    ],
    traffic: ['client', upgrade],
  },
  {
    ...{
      type: 'websocket_close',
      attributes: { code: 1001 },
      stream: 'downstream',
      protocol: 'websocket',
    },
    idle: [
      ['client', upgrade],
      ['server', switched],
    ],
    traffic: ['server', frame],
  },
]

const startup = '\0\0\0\x11\0\x03\0\0user\0u\0\0\0'
const greeting = 'R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I'
const query = 'Q\0\0\0\x0dselect 1\0'
const onPostgres: Row[] = [
  {
    ...{
      type: 'postgres_error',
      attributes: { code: '40001' },
      stream: 'upstream',
      protocol: 'postgres',
    },
    idle: [
      ['client', startup],
      ['server', greeting],
    ],
    traffic: ['client', query],
  },
]

const rows = [...inBytes, ...onRedis, ...onHttp, ...onPostgres]

/** All that the toxic says it has touched. */
async function touched(proxy: TestProxy): Promise<number> {
  const [toxic] = (await proxy.call('GET', '/proxies/p/toxics')).toxics
  const { connections = 0, bytes = 0, messages = 0 } = toxic?.landed ?? {}
  return connections + bytes + messages
}

test.each(rows.map(row => [`${row.type} ${row.stream}`, row] as const))(
  '%s has landed on nothing while its direction is idle, and on something when it is not',
  async (_, { type, attributes, stream, protocol, idle, traffic }) => {
    await using proxy = await testProxy()
    await using server = await upstream(() => {})
    const toxics = [{ type, attributes, stream }]
    const listen = await proxyTo(proxy, server, { protocol, toxics })
    using asker = await client(listen)
    await until(() => server.sockets.length === 1)
    const ends: Readonly<Record<Side, Socket | undefined>> = {
      client: asker.socket,
      server: server.sockets[0],
    }
    const heard = { client: 0, server: 0 }
    ends.client?.on('data', data => (heard.client += data.length))
    ends.server?.on('data', data => (heard.server += data.length))
    for (const [side, text] of idle) {
      const other = side === 'client' ? 'server' : 'client'
      const before = heard[other]
      ends[side]?.write(Buffer.from(text, 'latin1'))
      await until(() => heard[other] === before + text.length)
    }
    expect(await touched(proxy)).toBe(0)
    const [side, text] = traffic
    if (text === '') ends[side]?.end()
    else ends[side]?.write(Buffer.from(text, 'latin1'))
    await until(async () => (await touched(proxy)) > 0)
  },
)

test('half_open has landed on the connections it met, idle or not', async () => {
  await using proxy = await testProxy()
  await using server = await upstream(() => {})
  const listen = await proxyTo(proxy, server)
  await addToxic(proxy, { type: 'half_open' })
  expect(await touched(proxy)).toBe(0)
  using _first = await client(listen)
  using _second = await client(listen)
  await until(async () => (await touched(proxy)) === 2)
})

test('control: noop has landed on nothing, whatever passes', async () => {
  await using proxy = await testProxy()
  await using server = await upstream(socket => void socket.pipe(socket))
  const listen = await proxyTo(proxy, server, { toxics: [{ type: 'noop' }] })
  using asker = await client(listen)
  asker.write('here')
  await asker.bytes(4)
  expect(await touched(proxy)).toBe(0)
})

test('each toxic on connections or messages is tried', async () => {
  const { toxics } = await loadRegistry()
  const there = [...toxics.values()].filter(({ level }) => level !== 'listener')
  const tried = new Set([...rows.map(({ type }) => type), 'half_open', 'noop'])
  expect([...tried].sort()).toEqual(there.map(({ type }) => type).sort())
})
