import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { cases } from '../../../lab/testing/nightly.ts'
import { call, makeProxy } from './api-client.ts'
import { type Contestant, startContestant } from './contestant.ts'
import { startEcho, type Upstream } from './echo.ts'
import { dial, pattern, talk } from './talk.ts'

let server: Contestant
let echo: Upstream
let steady: string

beforeAll(async () => {
  echo = await startEcho()
  server = await startContestant('ours')
  steady = await makeProxy(server.url, { name: 'steady', upstream: echo.address })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await echo?.[Symbol.asyncDispose]()
})

const failure = z.object({ error: z.string(), status: z.number() })

async function send(method: string, path: string, body?: string | Uint8Array<ArrayBuffer>) {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    body: body ?? null,
    signal: AbortSignal.timeout(5_000),
  })
  return { status: answer.status, text: await answer.text() }
}

async function expectAlive(): Promise<void> {
  expect(server.alive(), server.output()).toBe(true)
  const heard = await talk(await dial(steady), { send: 500, watchMs: 5_000 })
  expect(heard).toMatchObject({ bytes: 500, intact: true })
}

/** Bodies that are nearly right: known fields with right, wrong or no values, and some unknown. */
const proxyFields = {
  name: fc.oneof(fc.constantFrom('x', 'y', '', '__proto__', 'constructor'), fc.jsonValue()),
  listen: fc.oneof(fc.constantFrom('127.0.0.1:0', ':0', 'nonsense', ''), fc.jsonValue()),
  upstream: fc.oneof(fc.constantFrom('127.0.0.1:1', 'nowhere'), fc.jsonValue()),
  enabled: fc.oneof(fc.boolean(), fc.jsonValue()),
  protocol: fc.oneof(fc.constantFrom('tcp', 'redis', 'carrier pigeon'), fc.jsonValue()),
  messages: fc.oneof(fc.boolean(), fc.jsonValue()),
  tls: fc.oneof(fc.record({ cert: fc.string(), key: fc.string() }), fc.jsonValue()),
  unknown: fc.jsonValue(),
}
const types = ['latency', 'bandwidth', 'slow_close', 'timeout', 'reset_peer', 'slicer', 'noop']
const figures = fc.oneof(fc.integer(), fc.double(), fc.bigInt().map(String), fc.jsonValue())
const attributes = fc.dictionary(
  fc.constantFrom('latency', 'jitter', 'rate', 'delay', 'timeout', 'average_size', 'bytes', 'x'),
  figures,
)
const toxicFields = {
  name: fc.oneof(fc.constantFrom('a', 'b', '__proto__'), fc.jsonValue()),
  type: fc.oneof(fc.constantFrom(...types, 'limit_data', 'constructor'), fc.jsonValue()),
  stream: fc.oneof(fc.constantFrom('upstream', 'downstream'), fc.jsonValue()),
  toxicity: fc.oneof(fc.double(), fc.jsonValue()),
  attributes: fc.oneof(attributes, fc.jsonValue()),
  lease: fc.oneof(fc.record({ ttlMs: figures, heartbeat: fc.boolean() }), fc.jsonValue()),
  hits: fc.oneof(fc.record({ first: figures, every: figures }), fc.jsonValue()),
  connections: fc.oneof(fc.record({ ids: fc.array(figures) }), fc.jsonValue()),
}
const proxyBody = fc.record(proxyFields, { requiredKeys: [] })
const toxicBody = fc.record(toxicFields, { requiredKeys: [] })

const calls = fc.oneof(
  fc.tuple(fc.constant('POST /proxies'), proxyBody),
  fc.tuple(fc.constantFrom('POST /proxies/x', 'PATCH /proxies/x'), proxyBody),
  fc.tuple(fc.constant('POST /populate'), fc.array(proxyBody, { maxLength: 3 })),
  fc.tuple(fc.constant('POST /proxies/x/toxics'), toxicBody),
  fc.tuple(fc.constantFrom('POST /proxies/x/toxics/a', 'PATCH /proxies/x/toxics/a'), toxicBody),
  fc.tuple(fc.constantFrom('POST /proxies', 'POST /populate', 'PATCH /proxies/x'), fc.jsonValue()),
)

describe('whatever is sent, the process lives and says what was wrong', () => {
  test('bodies that are nearly right', async () => {
    await makeProxy(server.url, { name: 'x', upstream: echo.address })
    await fc.assert(
      fc.asyncProperty(calls, async ([to, body]) => {
        const [method = '', path = ''] = to.split(' ')
        const { status, text } = await send(method, path, JSON.stringify(body))
        if (status < 300) return
        const { error } = failure.parse(JSON.parse(text))
        expect(error).not.toBe('')
        // Only an address that cannot be listened on is the server's own trouble.
        if (status >= 500) expect(error).toMatch(/^listen tcp /)
      }),
      { numRuns: cases(400) },
    )
    for (const name of Object.keys(Object(await call(server.url, 'GET /proxies')))) {
      if (name !== 'steady') await call(server.url, `DELETE /proxies/${encodeURIComponent(name)}`)
    }
    await expectAlive()
  })

  test('bodies of any bytes', async () => {
    const to = fc.constantFrom('/proxies', '/populate', '/proxies/steady/toxics')
    const bytes = fc.uint8Array({ maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(to, bytes, async (path, body) => {
        expect((await send('POST', path, new Uint8Array(body))).status).toBe(400)
      }),
      { numRuns: cases(100) },
    )
    await expectAlive()
  })

  test('any path and method', async () => {
    const segment = fc.oneof(
      fc.constantFrom('proxies', 'toxics', 'steady', '..', '.', '%', '%2F', '%00', '__proto__'),
      fc.webSegment(),
    )
    const path = fc.array(segment, { maxLength: 6 }).map(segments => `/${segments.join('/')}`)
    const method = fc.constantFrom('GET', 'PUT', 'PATCH', 'HEAD', 'OPTIONS')
    await fc.assert(
      fc.asyncProperty(method, path, async (method, path) => {
        expect((await send(method, path)).status).toBeLessThan(500)
      }),
      { numRuns: cases(200) },
    )
    await expectAlive()
  })

  test('a body without end is cut off at a bound', async () => {
    const megabyte = new Uint8Array(1024 * 1024).fill(0x20)
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent++
        if (sent > 64) controller.close()
        else controller.enqueue(megabyte)
      },
    })
    const answer = await fetch(`${server.url}/proxies`, {
      method: 'POST',
      body,
      duplex: 'half',
      signal: AbortSignal.timeout(10_000),
    } as RequestInit).catch(() => undefined)
    expect(answer?.status ?? 413).toBe(413)
    expect(sent).toBeLessThan(64)
    await expectAlive()
  })

  test('requests that are no HTTP', async () => {
    const { host } = new URL(server.url)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async bytes => {
        const socket = await dial(host)
        const closed = new Promise(resolve => socket.once('close', resolve))
        socket.resume().end(Buffer.from(bytes))
        await closed
      }),
      { numRuns: cases(30) },
    )
    await expectAlive()
  })

  const wrong = fc.oneof(
    fc.constantFrom(-1, 0.5, 1e300, '1', true, [], {}),
    fc.double({ max: -1e-9, noNaN: true }),
  )
  const known: Readonly<Record<string, object>> = {
    latency: { latency: 1, jitter: 1 },
    bandwidth: { rate: 1 },
    slow_close: { delay: 1 },
    timeout: { timeout: 1 },
    reset_peer: { timeout: 1 },
    slicer: { average_size: 9, size_variation: 1, delay: 1 },
    limit_data: { bytes: 1 },
  }
  const fields = Object.entries(known).flatMap(([type, right]) =>
    Object.keys(right).map(field => ({ type, right, field })),
  )

  test.each(fields)('$type names $field when it is wrong, or misspelt', async one => {
    const order = (attributes: object) => JSON.stringify({ type: one.type, attributes })
    await fc.assert(
      fc.asyncProperty(wrong, async value => {
        const body = order({ ...one.right, [one.field]: value })
        const { status, text } = await send('POST', '/proxies/steady/toxics', body)
        expect({ status, text }).toEqual({
          status: 400,
          text: expect.stringContaining(`attributes.${one.field}: `),
        })
      }),
      { numRuns: cases(15) },
    )
    const misspelt = order({ ...one.right, [`${one.field}s`]: 1 })
    const { status, text } = await send('POST', '/proxies/steady/toxics', misspelt)
    expect(status).toBe(400)
    expect(text).toContain(`attributes.${one.field}s: `)
  })
})

const stream = fc.constantFrom('upstream', 'downstream')
const keepers = fc.oneof(
  fc.record({
    type: fc.constant('latency'),
    stream,
    attributes: fc.record({ latency: fc.nat(12), jitter: fc.nat(12) }),
  }),
  fc.record({
    type: fc.constant('slicer'),
    stream,
    attributes: fc
      .tuple(fc.integer({ min: 1, max: 2_000 }), fc.nat(300), fc.nat(40))
      .map(([average_size, share, delay]) => ({
        average_size,
        size_variation: Math.floor((average_size * share) / 100),
        delay,
      })),
  }),
  fc.record({
    type: fc.constant('bandwidth'),
    stream,
    attributes: fc.record({ rate: fc.integer({ min: 2_000, max: 100_000 }) }),
  }),
)

/** Sends chunks and FIN through a fresh proxy with these settings; resolves to what came back. */
async function echoed(name: string, chunks: readonly Buffer[], settings: object): Promise<Buffer> {
  const listen = await makeProxy(server.url, { name, upstream: echo.address, ...settings })
  const socket = await dial(listen)
  const received: Buffer[] = []
  const ended = new Promise<void>((resolve, reject) => {
    socket.on('data', data => received.push(data))
    socket.on('end', resolve)
    socket.on('error', reject)
    socket.setTimeout(8_000, () => reject(new Error('nothing for 8 s')))
  })
  for (const chunk of chunks) {
    socket.write(chunk)
    await new Promise(setImmediate)
  }
  socket.end()
  await ended.finally(() => socket.destroy())
  await call(server.url, `DELETE /proxies/${name}`)
  return Buffer.concat(received)
}

describe('streams arrive unchanged', () => {
  let run = 0
  const chunks = fc
    .array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 12 })
    .map(sizes => sizes.map((size, i) => pattern(i * 7_919, size)))

  test('with any chunk borders and any toxics that keep content, FIN included', async () => {
    const toxics = fc
      .array(keepers, { maxLength: 4 })
      .map(all => all.map((toxic, i) => ({ ...toxic, name: `toxic-${i}` })))
    await fc.assert(
      fc.asyncProperty(chunks, toxics, async (sent, toxics) => {
        const received = await echoed(`stream-${++run}`, sent, { toxics })
        expect(received.equals(Buffer.concat(sent))).toBe(true)
      }),
      { numRuns: cases(30) },
    )
    await expectAlive()
  })

  const openings = [
    'SELECT 1;',
    '*1\r\n$4\r\nPING\r\n',
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    'Q\0\0\0\x09X\0',
  ]
  const scrap = fc.oneof(
    fc.constantFrom(...openings).map(text => Buffer.from(text, 'latin1')),
    fc.uint8Array({ minLength: 1, maxLength: 400 }).map(bytes => Buffer.from(bytes)),
    fc.string({ minLength: 1, unit: 'binary' }).map(text => Buffer.from(text)),
  )

  test.each(['tcp', 'postgres', 'redis', 'http', 'websocket'])(
    'of any bytes through protocol %s, with and without a message toxic in the way',
    async protocol => {
      const idle = { type: 'message_drop', attributes: { match: { number: 1_000_000_000 } } }
      const toxics = protocol === 'tcp' ? [] : [idle, { ...idle, name: 'up', stream: 'upstream' }]
      await fc.assert(
        fc.asyncProperty(
          fc.array(scrap, { minLength: 1, maxLength: 6 }),
          fc.boolean(),
          async (sent, inTheWay) => {
            const settings = { protocol, toxics: inTheWay ? toxics : [] }
            const received = await echoed(`${protocol}-${++run}`, sent, settings)
            expect(received.toString('hex')).toBe(Buffer.concat(sent).toString('hex'))
          },
        ),
        { numRuns: cases(40) },
      )
      await expectAlive()
    },
  )
})
