import { createServer, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Outcome } from '../journal/journal.ts'
import { freePort, listen } from '../testing/loopback.ts'
import { type HttpClient, type HttpRequest, httpClient } from './http.ts'
import { httpOutcome } from './http-outcome.ts'

type Answer = (response: ServerResponse) => void

const problem = (status: number, body: object): Answer => {
  return response =>
    response
      .writeHead(status, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify(body))
}
const bare = (status: number, headers = {}): Answer => {
  return response => response.writeHead(status, headers).end('no')
}
const inTenSeconds = 'Mon, 30 Nov 2026 16:00:10 GMT'
const date = 'Mon, 30 Nov 2026 16:00:00 GMT'

/** What a server answers, and what that means. */
const meanings: Readonly<Record<string, readonly [Answer, object]>> = {
  value: [
    response => response.setHeader('content-type', 'application/json').end('{"total":7}'),
    { kind: 'ok', value: 7 },
  ],
  'other-value': [
    response => response.setHeader('content-type', 'application/json').end('{"sum":7}'),
    { kind: 'info', ended: 'untyped', status: 200 },
  ],
  'not-done': [
    problem(503, { code: 'overloaded', outcome: 'not-done' }),
    {
      ...{ kind: 'fail', ended: 'refused', status: 503 },
      ...{ code: 'overloaded', error: 'refused: overloaded' },
    },
  ],
  'unknown-code': [
    problem(409, { code: 'maybe', outcome: 'unknown' }),
    { kind: 'info', ended: 'refused', status: 409, code: 'maybe', error: 'refused: maybe' },
  ],
  'typed-by-uri': [
    problem(422, { type: 'https://example.test/out-of-stock', title: 'Out of stock' }),
    { kind: 'fail', ended: 'refused', code: 'https://example.test/out-of-stock' },
  ],
  'problem-500': [
    problem(500, { type: 'about:blank', title: 'internal' }),
    { kind: 'info', ended: 'refused', status: 500, error: 'refused: internal' },
  ],
  'bare-404': [bare(404), { kind: 'fail', ended: 'refused', status: 404 }],
  'bare-408': [bare(408), { kind: 'info', ended: 'untyped', status: 408 }],
  'bare-409': [bare(409), { kind: 'fail', ended: 'refused', status: 409 }],
  'bare-500': [bare(500), { kind: 'info', ended: 'untyped', status: 500 }],
  'bare-501': [bare(501), { kind: 'fail', ended: 'untyped', status: 501 }],
  'bare-503': [bare(503), { kind: 'info', ended: 'untyped', status: 503 }],
  'soon-503': [
    bare(503, { 'retry-after': '2' }),
    { kind: 'fail', ended: 'refused', status: 503, retryAfterMs: 2_000 },
  ],
  'dated-503': [
    bare(503, { 'retry-after': inTenSeconds, date }),
    { kind: 'fail', ended: 'refused', retryAfterMs: 10_000 },
  ],
  'moved-302': [bare(302, { location: '/value' }), { kind: 'info', status: 302 }],
}

const server = createServer((request, response) => {
  const name = request.url?.slice(1) ?? ''
  if (name === 'hang') return
  if (name === 'cut') request.socket.destroy()
  else if (name === 'half') response.write('half', () => request.socket.destroy())
  else if (name === 'echo') {
    response.setHeader('content-type', 'application/json')
    request.setEncoding('utf8')
    request.on('data', text => {
      response.end(JSON.stringify({ text, headers: request.headers, method: request.method }))
    })
  } else meanings[name]?.[0](response)
})

let url = ''
let client: HttpClient
beforeAll(async () => {
  url = `http://127.0.0.1:${await listen(server)}`
  client = httpClient({ connections: 4 })
})
afterAll(async () => {
  await client[Symbol.asyncDispose]()
  server.closeAllConnections()
  server.close()
})

const total = z.object({ total: z.number() })

function ask(path: string, more: Partial<HttpRequest> = {}): Promise<Outcome> {
  const { signal } = new AbortController()
  const request = { url: `${url}/${path}`, signal, ...more }
  return client.ask(request, answer => httpOutcome(answer, body => total.parse(body).total))
}

test.each(Object.entries(meanings))(
  'the answer %s means what its status, headers and body say',
  async (name, [, meaning]) => {
    expect(await ask(name)).toMatchObject(meaning)
  },
)

test('a 409 to an Idempotency-Key leaves open what became of the first request', async () => {
  expect(await ask('bare-409', { idempotencyKey: 'k' })).toMatchObject({ kind: 'info' })
})

test('sends JSON, the key of the operation and further headers', async () => {
  const { signal } = new AbortController()
  const request: HttpRequest = {
    ...{ url: `${url}/echo`, method: 'POST', body: { a: 1 }, idempotencyKey: 'k', signal },
    headers: { 'x-more': 'yes' },
  }
  const outcome = await client.ask(request, ({ text }) => ({ kind: 'ok', value: JSON.parse(text) }))
  const headers = {
    'content-type': 'application/json',
    'idempotency-key': 'k',
    'x-more': 'yes',
  }
  expect(outcome).toMatchObject({ value: { text: '{"a":1}', method: 'POST', headers } })
})

test.each(['cut', 'half'])('a connection that ends (%s) leaves open what was done', async path => {
  expect(await ask(path)).toMatchObject({ kind: 'info', ended: 'cut' })
})

test('a port nobody listens on: nothing was sent, so nothing was done', async () => {
  const outcome = await ask('value', { url: `http://127.0.0.1:${await freePort()}/` })
  expect(outcome).toMatchObject({ kind: 'fail', ended: 'cut', code: 'ECONNREFUSED' })
})

test('bytes that are no HTTP tell the caller nothing', async () => {
  const nonsense = createTcpServer((socket: Socket) => socket.end('what?\r\n\r\n'))
  const outcome = await ask('', { url: `http://127.0.0.1:${await listen(nonsense)}/` })
  nonsense.close()
  expect(outcome).toMatchObject({ kind: 'info', ended: 'untyped' })
})

test('gives up when its patience ends, also while it waits for a connection', async () => {
  const outcomes = Array.from({ length: 8 }, () =>
    ask('hang', { signal: AbortSignal.timeout(100) }),
  )
  for (const outcome of await Promise.all(outcomes)) {
    expect(outcome).toMatchObject({ kind: 'info', ended: 'gave-up' })
  }
  expect(await ask('value')).toEqual({ kind: 'ok', value: 7 })
})

test('keeps its connections, and opens no more than it may', async () => {
  let opened = 0
  const count = () => opened++
  server.on('connection', count)
  await using own = httpClient({ connections: 3 })
  const { signal } = new AbortController()
  const one = () => own.ask({ url: `${url}/value`, signal }, () => ({ kind: 'ok', value: 1 }))
  for (let n = 0; n < 5; n++) await Promise.all(Array.from({ length: 20 }, one))
  server.off('connection', count)
  expect(opened).toBe(3)
})

test('a wrong URL is an error of the lab, and so is what outcomeOf throws', async () => {
  await expect(ask('', { url: 'nonsense' })).rejects.toThrow()
  const { signal } = new AbortController()
  const broken = () => {
    throw new TypeError('planted')
  }
  await expect(client.ask({ url: `${url}/value`, signal }, broken)).rejects.toThrow('planted')
})
