import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { request as undici } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listen } from '../../../lab/testing/loopback.ts'
import { type MessageProxy, messageProxy, type TestLink } from '../testing/message-proxy.ts'

let proxy: MessageProxy
let served: string[] = []
const server = createServer(serve)
let address: { host: string; port: number }

beforeAll(async () => {
  proxy = await messageProxy()
  address = { host: '127.0.0.1', port: await listen(server) }
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await proxy[Symbol.asyncDispose]()
})

async function serve(asked: IncomingMessage, response: ServerResponse): Promise<void> {
  let size = 0
  for await (const chunk of asked) size += (chunk as Buffer).length
  served.push(`${asked.method} ${asked.url} ${size}`)
  if (asked.url?.startsWith('/chunked')) {
    for (const size of [1, 10, 489, 99_500]) response.write('c'.repeat(size))
    response.end()
  } else if (asked.url?.startsWith('/big')) response.end('b'.repeat(100_000))
  else response.end(`hello ${asked.url}`)
}

async function linked(): Promise<{ link: TestLink; base: string }> {
  served = []
  const link = await proxy.link('http', address)
  return { link, base: `http://${link.host}:${link.port}` }
}

async function get(url: string, options: RequestInit = {}) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000), ...options })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

test.each([429, 500, 502, 503])('answers the matched route with %i, and no other', async status => {
  const { link, base } = await linked()
  const toxic = await link.toxic({
    type: 'http_error',
    attributes: { match: { route: 'POST /orders*' }, status, retry_after: 3 },
  })
  const struck = await get(`${base}/orders?x=1`, { method: 'POST', body: 'y'.repeat(50_000) })
  expect(struck.status).toBe(status)
  expect(struck.headers.get('retry-after')).toBe('3')
  expect((await get(`${base}/orders`)).status).toBe(200)
  expect((await get(`${base}/other`, { method: 'POST', body: 'z' })).text).toBe('hello /other')
  expect(served).toEqual(['GET /orders 0', 'POST /other 1'])
  expect(await toxic.landed()).toBe(1)
})

test('keeps the order of answers in a pipeline', async () => {
  const { link } = await linked()
  await link.toxic({ type: 'http_error', attributes: { match: { route: '/b' }, status: 503 } })
  const { connect } = await import('node:net')
  const socket = connect(link.port, link.host)
  let text = ''
  socket.on('data', data => {
    text += data.toString('latin1')
  })
  const last = ['/a', '/b', '/c', '/b', '/d']
  socket.write(last.map(path => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''))
  while (!text.includes('hello /d')) await once(socket, 'data')
  socket.destroy()
  expect(text.match(/HTTP\/1\.1 (\d+)/g)?.map(line => line.slice(9))).toEqual([
    '200',
    '503',
    '200',
    '503',
    '200',
  ])
})

test('cuts the body after so many bytes', async () => {
  const { link, base } = await linked()
  await link.toxic({
    type: 'http_cut_body',
    attributes: { match: { route: '/big' }, bytes: 1000 },
  })
  expect((await get(`${base}/small`)).text).toBe('hello /small')
  const answer = await fetch(`${base}/big`)
  expect(answer.status).toBe(200)
  let size = 0
  const read = async () => {
    for await (const chunk of answer.body ?? []) size += chunk.length
  }
  await expect(read()).rejects.toThrow()
  expect(size).toBe(1000)
})

test.each([
  ['whole', 0],
  ['whole', 1],
  ['whole', 500],
  ['in pieces', 499],
  ['in pieces', 500],
  ['in pieces', 100_000],
  ['in pieces', 200_000],
])('cuts a chunked body that comes %s after %i bytes of itself', async (how, bytes) => {
  const { link, base } = await linked()
  await link.toxic({ type: 'http_cut_body', attributes: { match: { route: '/chunked*' }, bytes } })
  if (how === 'in pieces') {
    await link.toxic({ type: 'slicer', attributes: { average_size: 7, size_variation: 3 } })
  }
  const size = Math.min(bytes, 100_000)
  const answer = await undici(`${base}/chunked`)
  expect(answer.statusCode).toBe(200)
  let got = 0
  const read = async () => {
    for await (const chunk of answer.body) got += (chunk as Buffer).length
  }
  const reading = read()
  if (bytes > 100_000) await reading
  else await expect(reading).rejects.toThrow()
  expect(got).toBe(size)
})

test('cuts nothing at a 100 Continue, and at the answer behind it', async () => {
  const { link } = await linked()
  const toxic = await link.toxic({
    type: 'http_cut_body',
    attributes: { match: { route: '/continued' }, bytes: 5 },
  })
  const { host, port } = link
  const headers = { expect: '100-continue', 'content-length': 4 }
  const asked = request({ host, port, method: 'PUT', path: '/continued', headers })
  await once(asked, 'continue')
  expect(await toxic.landed()).toBe(0)
  asked.end('body')
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  answer.on('data', data => {
    text += data
  })
  await once(answer, 'error')
  expect([served, text, await toxic.landed()]).toEqual([['PUT /continued 4'], 'hello', 1])
})

test('slows the body down, and leaves others alone', async () => {
  const { link, base } = await linked()
  const toxic = await link.toxic({
    type: 'http_slow_body',
    attributes: { match: { route: '/big' }, rate: 400_000 },
  })
  await get(`${base}/small`)
  expect(await toxic.landed()).toBe(0)
  const began = performance.now()
  expect((await get(`${base}/big`)).text).toBe('b'.repeat(100_000))
  expect(performance.now() - began).toBeGreaterThanOrEqual(240)
  expect(await toxic.landed()).toBe(1)
})

test('a lost acknowledgement: the order was served, the client got an error', async () => {
  const { link, base } = await linked()
  await link.toxic({
    type: 'message_cut',
    stream: 'upstream',
    attributes: { match: { route: 'POST /orders' }, when: 'after' },
  })
  await expect(get(`${base}/orders`, { method: 'POST', body: 'abc' })).rejects.toThrow()
  expect(served).toEqual(['POST /orders 3'])
})

test('a cut before: the order was not served', async () => {
  const { link, base } = await linked()
  await link.toxic({
    type: 'message_cut',
    stream: 'upstream',
    attributes: { match: { route: 'POST /orders' }, when: 'before' },
  })
  await expect(get(`${base}/orders`, { method: 'POST', body: 'abc' })).rejects.toThrow()
  expect(served).toEqual([])
})

test('doubles a request: served twice, answered once', async () => {
  const { link, base } = await linked()
  await link.toxic({
    type: 'message_duplicate',
    stream: 'upstream',
    attributes: { match: { route: 'PUT /orders' } },
  })
  expect((await get(`${base}/orders`, { method: 'PUT', body: 'abc' })).text).toBe('hello /orders')
  expect((await get(`${base}/after`)).text).toBe('hello /after')
  expect(served).toEqual(['PUT /orders 3', 'PUT /orders 3', 'GET /after 0'])
})

test('finds the trace in a header', async () => {
  const { link, base } = await linked()
  await link.toxic({
    type: 'http_error',
    attributes: { match: { trace: 'req-9' }, status: 500 },
  })
  expect((await get(`${base}/a`, { headers: { 'x-request-id': 'req-9' } })).status).toBe(500)
  expect((await get(`${base}/a`, { headers: { 'x-request-id': 'req-8' } })).status).toBe(200)
})

test('keeps a connection alive over an injected answer', async () => {
  const { link } = await linked()
  await link.toxic({ type: 'http_error', attributes: { match: { route: '/bad' }, status: 503 } })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = async (path: string) => {
    const sent = request({ host: link.host, port: link.port, path, agent }).end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.resume()
    await once(answer, 'end')
    return [answer.statusCode, sent.reusedSocket]
  }
  expect(await ask('/good')).toEqual([200, false])
  expect(await ask('/bad')).toEqual([503, true])
  expect(await ask('/good')).toEqual([200, true])
  agent.destroy()
})
