import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type Marketplace, startMarketplace } from './marketplace.ts'
import { runParts } from './testing/run-parts.ts'

const newRun = runParts()

const products = [
  { sku: 'lamp', title: 'Lamp', priceCents: 4900, stock: 10 },
  { sku: 'sofa', title: 'Sofa', priceCents: 129_900, stock: 1 },
]

function get(api: Marketplace, path: string, key = api.apiKey): Promise<Response> {
  const headers = { 'x-api-key': key, 'x-request-id': 'trace-1' }
  return fetch(`${api.url}${path}`, { headers, signal: AbortSignal.timeout(1_000) })
}

function send(
  api: Marketplace,
  method: string,
  path: string,
  body: unknown,
  { key = api.apiKey, idempotency = `${randomUUID()}` } = {},
): Promise<Response> {
  return fetch(`${api.url}${path}`, {
    method,
    headers: {
      'x-api-key': key,
      'content-type': 'application/json',
      'idempotency-key': idempotency,
    },
    body: JSON.stringify(body),
  })
}

test('shows what it first knew while it lags, and what is when it is healed', async () => {
  await using run = await newRun()
  await using api = await startMarketplace(run, { products })
  const shown = z.object({ stock: z.number() })
  const stock = async () => shown.parse(await (await get(api, '/products/lamp')).json()).stock
  const restock = (stock: number) => send(api, 'PUT', '/products/lamp/stock', { stock })
  const fault = await api.admin.post({ kind: 'lagging' })
  expect(await stock()).toBe(10)
  await restock(11)
  expect(await stock()).toBe(10)
  expect(await api.admin.landed(fault)).toBe(2)
  await api.admin.heal()
  expect(await stock()).toBe(11)
  await api.admin.post({ kind: 'lagging' })
  await restock(12)
  expect(await stock()).toBe(12)
})

test('sells what it has, once for each key', async () => {
  await using run = await newRun()
  await using api = await startMarketplace(run, { products })
  const list = await (await get(api, '/products')).json()
  expect(list).toMatchObject({ products: [{ sku: 'lamp' }, { sku: 'sofa' }] })
  const sofa = { sku: 'sofa', quantity: 1 }
  const first = await send(api, 'POST', '/orders', sofa, { idempotency: 'a' })
  const again = await send(api, 'POST', '/orders', sofa, { idempotency: 'a' })
  expect([first.status, again.status]).toEqual([201, 200])
  expect((await send(api, 'POST', '/orders', sofa, { idempotency: 'b' })).status).toBe(409)
  const lamp = { sku: 'lamp', quantity: 1 }
  expect((await send(api, 'POST', '/orders', lamp, { idempotency: 'a' })).status).toBe(422)
  expect((await send(api, 'PUT', '/products/lamp/stock', { stock: 3 })).status).toBe(200)
  expect(await api.statement()).toMatchObject({
    orders: [{ key: 'a', sku: 'sofa' }],
    products: [
      { sku: 'lamp', stock: 3 },
      { sku: 'sofa', stock: 0 },
    ],
  })
})

test('refuses without a key, beyond its scope, what it does not know, and too much', async () => {
  await using run = await newRun()
  await using api = await startMarketplace(run, { products, requestsPerSecond: 5 })
  expect((await get(api, '/products', 'wrong-key')).status).toBe(401)
  const stock = { stock: 1 }
  const key = api.readOnlyKey
  expect((await send(api, 'PUT', '/products/lamp/stock', stock, { key })).status).toBe(403)
  expect((await get(api, '/products/unknown')).status).toBe(404)
  const answers = await Promise.all(Array.from({ length: 20 }, () => get(api, '/products')))
  const limited = answers.filter(({ status }) => status === 429)
  expect(limited.length).toBeGreaterThan(4)
  expect(limited.map(({ headers }) => headers.get('retry-after'))).toContain('1')
})

test('answers with the status it is told to, on that route alone', async () => {
  await using run = await newRun()
  await using api = await startMarketplace(run, { products })
  const on = 'GET /products/:sku'
  for (const status of [401, 403, 404, 429, 500, 502, 503]) {
    await api.admin.post({ kind: 'status', status, retryAfterSeconds: 7, on, times: 1 })
    const told = await get(api, '/products/lamp')
    expect([told.status, told.headers.get('retry-after')]).toEqual([status, '7'])
    expect(told.headers.get('content-type')).toContain('application/problem+json')
    expect((await get(api, '/products')).status).toBe(200)
  }
  expect((await get(api, '/products/lamp')).status).toBe(200)
})

test('spoils the answer as it is told to: slow, cut, of the wrong type, no JSON', async () => {
  await using run = await newRun()
  await using api = await startMarketplace(run, { products })
  const once = { on: 'GET /products', times: 1 }
  const whole = await (await get(api, '/products')).text()

  await api.admin.post({ ...once, kind: 'slow-body', bytesPerSecond: whole.length * 2 })
  const before = performance.now()
  expect(await (await get(api, '/products')).text()).toBe(whole)
  expect(performance.now() - before).toBeGreaterThan(400)

  await api.admin.post({ ...once, kind: 'cut-body', afterBytes: 10 })
  expect(await bytesUntilCut(api)).toBe(10)

  await api.admin.post({ ...once, kind: 'content-type', contentType: 'text/html' })
  expect((await get(api, '/products')).headers.get('content-type')).toBe('text/html')

  await api.admin.post({ ...once, kind: 'invalid-json' })
  await expect((await get(api, '/products')).json()).rejects.toThrow(SyntaxError)

  expect(await (await get(api, '/products')).text()).toBe(whole)
})

test('does what it is asked and hides it, and counts every attempt', async () => {
  await using run = await newRun()
  await using api = await startMarketplace(run, { products })
  const lamp = { sku: 'lamp', quantity: 2 }
  await api.admin.post({ kind: 'reset', after: true, on: 'POST /orders', skip: 1, times: 1 })
  expect((await send(api, 'POST', '/orders', lamp)).status).toBe(201)
  await expect(send(api, 'POST', '/orders', lamp, { idempotency: 'lost' })).rejects.toThrow()
  expect((await send(api, 'POST', '/orders', lamp, { idempotency: 'lost' })).status).toBe(200)
  await api.admin.post({ kind: 'hang', on: 'GET /products' })
  await expect(get(api, '/products')).rejects.toThrow('timeout')

  expect((await api.statement()).orders).toHaveLength(2)
  const { perRoute, attempts } = await api.attempts()
  expect(perRoute).toEqual({ 'POST /orders': 3, 'GET /products': 1 })
  expect(attempts.at(-1)).toMatchObject({ route: 'GET /products', trace: 'trace-1' })
})

/** With Node's own client, since `fetch` hides what came before the cut. */
async function bytesUntilCut(api: Marketplace): Promise<number> {
  const asked = request(`${api.url}/products`, { headers: { 'x-api-key': api.apiKey } }).end()
  const [answer] = await once(asked, 'response')
  let bytes = 0
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  await expect(once(answer, 'end')).rejects.toThrow('aborted')
  return bytes
}
