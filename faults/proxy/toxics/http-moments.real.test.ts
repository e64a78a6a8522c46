import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listen } from '../../../lab/testing/loopback.ts'
import { type MessageProxy, messageProxy, type TestLink } from '../testing/message-proxy.ts'

const patience = 20_000
/** What the server heard of each request, and when it had heard it, or knew that no more will come. */
interface Heard {
  readonly path: string | undefined
  readonly bytes: number
  readonly whole: boolean
  readonly atMs: number
}

let proxy: MessageProxy
let heard: Heard[] = []
const server = createServer(serve)
let address: { host: string; port: number }

beforeAll(async () => {
  proxy = await messageProxy()
  address = { host: '127.0.0.1', port: await listen(server) }
})
beforeEach(() => {
  heard = []
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await proxy?.[Symbol.asyncDispose]()
})

function serve(asked: IncomingMessage, response: ServerResponse): void {
  let bytes = 0
  asked.on('data', (data: Buffer) => (bytes += data.length))
  asked.on('error', () => {})
  asked.on('close', () => {
    heard.push({ path: asked.url, bytes, whole: asked.complete, atMs: performance.now() })
    if (asked.complete) response.end('served')
  })
}

const linked = async () => clientOf(await proxy.link('http', address))

/** A client with one connection that it keeps. */
function clientOf(link: TestLink) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    link,
    ask: (path: string, body = '') => ask(link, agent, path, body),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

/** The status; `down` when the connection ends without one, `silence` when none comes in time. */
function ask(
  { host, port }: TestLink,
  agent: Agent,
  path: string,
  body: string,
): Promise<number | 'down' | 'silence'> {
  return new Promise(resolve => {
    const sent = request({ host, port, path, agent, method: 'POST' }, answer => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.on('error', () => resolve('down'))
    setTimeout(() => resolve('silence'), patience)
    sent.end(body)
  })
}

const error = (match: object) => ({ type: 'http_error', attributes: { status: 503, match } })

test.each([
  [2, [200, 503, 200, 200]],
  [{ from: 2, to: 3 }, [200, 503, 503, 200]],
  [{ from: 3 }, [200, 200, 503, 503]],
])('strikes message %j of each connection', async (number, expected) => {
  using client = await linked()
  await client.link.toxic(error({ number }))
  using other = clientOf(client.link)
  for (const status of expected) {
    expect([await client.ask('/'), await other.ask('/')]).toEqual([status, status])
  }
})

test('strikes connections of an age, and no younger or older ones', async () => {
  using client = await linked()
  const began = performance.now()
  await client.link.toxic(error({ ageMs: { from: 60_000 } }))
  expect(await client.ask('/')).toBe(200)
  const connected = performance.now()
  const young = await client.link.toxic(error({ ageMs: { to: 60_000 } }))
  expect(await client.ask('/')).toBe(503)
  await young.remove()
  await client.link.toxic(error({ ageMs: { from: 1_500 } }))
  for (let status: unknown = 200; status !== 503; ) {
    const asked = performance.now()
    status = await client.ask('/')
    if (status === 503) expect(performance.now() - began).toBeGreaterThanOrEqual(1_499)
    else expect(asked - connected).toBeLessThan(1_500)
  }
})

test('cuts a request in its middle: the server got a part of it, the client is told of nothing', async () => {
  using client = await linked()
  const cut = await client.link.toxic({
    type: 'message_cut',
    stream: 'upstream',
    attributes: { match: { route: '/cut' }, when: 'middle', how: 'fin', bytes: 20_000 },
  })
  expect(await client.ask('/whole', 'x'.repeat(30_000))).toBe(200)
  expect(await client.ask('/cut', 'x'.repeat(30_000))).toBe('down')
  await expect.poll(() => heard, { timeout: patience }).toHaveLength(2)
  expect(heard[0]).toMatchObject({ path: '/whole', bytes: 30_000, whole: true })
  expect(heard[1]).toMatchObject({ path: '/cut', whole: false })
  // So many bytes of the request: its head is among them.
  expect(heard[1]?.bytes).toBeLessThan(20_000)
  expect(heard[1]?.bytes).toBeGreaterThan(19_000)
  expect(await cut.landed()).toBe(1)
})

test.each(['upstream', 'downstream'] as const)('delays a message on its way %s', async stream => {
  using client = await linked()
  const delay = await client.link.toxic({
    type: 'message_delay',
    stream,
    attributes: { match: { route: '/late' }, delay: 400 },
  })
  expect(await client.ask('/soon')).toBe(200)
  expect(await delay.landed()).toBe(0)
  const asked = performance.now()
  expect(await client.ask('/late')).toBe(200)
  const answered = performance.now()
  const arrived = heard.at(-1)?.atMs ?? 0
  const held = stream === 'upstream' ? arrived - asked : answered - arrived
  expect(held).toBeGreaterThanOrEqual(399)
  expect(await delay.landed()).toBe(1)
})

test.each([
  ['upstream', ['/kept']],
  ['downstream', ['/kept', '/lost']],
] as const)(
  'drops a message on its way %s: the client waits until it heals',
  async (stream, reached) => {
    using client = await linked()
    const drop = await client.link.toxic({
      type: 'message_drop',
      stream,
      attributes: { match: { route: '/lost' } },
    })
    expect(await client.ask('/kept')).toBe(200)
    const lost = client.ask('/lost')
    await expect.poll(() => drop.landed(), { timeout: patience }).toBe(1)
    const soon = new Promise(resolve => setTimeout(() => resolve('nothing yet'), 300))
    expect(await Promise.race([lost, soon])).toBe('nothing yet')
    expect(heard.map(({ path }) => path)).toEqual(reached)
    await drop.remove()
    expect(await lost).toBe('down')
    expect(await client.ask('/lost')).toBe(200)
  },
)
