import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect } from 'vitest'
import { listen } from '../../../lab/testing/loopback.ts'
import { type Application, startApplication } from '../application.ts'
import { Client } from '../client.ts'
import { figure } from '../figure.ts'
import { order, product, shopkeeper } from '../orders/shop.ts'
import { at, eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { newFolder } from './folder.ts'

let app: Application
let keeper: Client
let folder: Awaited<ReturnType<typeof newFolder>>
test.beforeAll(async ({ warm }) => {
  folder = await newFolder()
  app = await startApplication(
    {
      instances: [['api'], ['api']],
      config: { files: { folder: join(folder.path), maxBytes: 2_000_000 } },
    },
    warm,
  )
  keeper = await shopkeeper(app)
})
afterAll(async () => {
  await app?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
})

const newProduct = (name = 'A thing') => ({
  sku: `sku-${randomUUID().slice(0, 13)}`,
  name,
  price: '1.00',
  stock: 3,
})

describe('API-01 CRUD', () => {
  test('creates, reads, changes and lists, with conflicts and absences told', async () => {
    const wanted = newProduct()
    const made = await keeper.post('/v1/products', wanted)
    expect(made).toMatchObject({
      status: 201,
      body: { sku: wanted.sku, name: wanted.name, price: wanted.price, available: 3 },
    })
    const path = made.headers.get('location') ?? ''
    expect((await keeper.get(path)).body.name).toBe('A thing')
    const changed = await keeper.patch(path, { name: 'Another', price: '2.50' })
    expect(changed.body).toMatchObject({ name: 'Another', price: '2.50' })
    expect(await keeper.post('/v1/products', wanted)).toMatchObject({
      status: 409,
      body: { code: 'sku-taken', status: 409, title: expect.any(String), outcome: 'not-done' },
    })
    const absent = await keeper.get(`/v1/products/${randomUUID()}`)
    expect(absent).toMatchObject({ status: 404, body: { code: 'not-found' } })
    expect(absent.headers.get('content-type')).toBe('application/problem+json')
  })

  test('pages are whole and in order, whatever is added meanwhile', async () => {
    const prefix = `page-${randomUUID().slice(0, 8)}`
    const skus = Array.from({ length: 7 }, (_, index) => `${prefix}-${'abcdefg'[index]}`)
    for (const sku of skus) await keeper.post('/v1/products', { ...newProduct(), sku })
    const seen: string[] = []
    let after: string | number = `${prefix}-`
    for (let page = 0; page < 4; page++) {
      const { body } = await keeper.get(`/v1/products?limit=3&after=${after}`)
      const mine = body.products.map(({ sku }) => sku)
      seen.push(...mine.filter(sku => sku.startsWith(prefix)))
      if (page === 0) await keeper.post('/v1/products', { ...newProduct(), sku: `${prefix}-Z` })
      after = body.next ?? '\uffff'
    }
    expect(seen).toEqual(skus)
  })

  test.each(['limit=0', 'limit=101', 'limit=x', `after=${'x'.repeat(41)}`])(
    'refuses the page %s',
    async query => {
      expect((await keeper.get(`/v1/products?${query}`)).status).toBe(400)
    },
  )
})

describe('API-05 versions', () => {
  const [first, second] = [
    { price: '1.00' },
    { price: { amount: '1.00', currency: 'USD' }, inStock: true },
  ]

  test('both answer side by side, each in its own shape', async () => {
    const { id } = (await keeper.post('/v1/products', newProduct())).body
    expect((await keeper.get(`/v1/products/${id}`)).body).toMatchObject(first)
    expect((await keeper.get(`/v2/products/${id}`)).body).toMatchObject(second)
    expect((await keeper.get(`/v3/products/${id}`)).status).toBe(404)
  })

  test('control: the answer of one is not taken for that of the other', async () => {
    const { id } = (await keeper.post('/v1/products', newProduct())).body
    expect((await keeper.get(`/v1/products/${id}`)).body).not.toMatchObject(second)
    expect((await keeper.get(`/v2/products/${id}`)).body).not.toMatchObject(first)
  })
})

describe('API-06 compression', () => {
  const path = '/v1/products?limit=30'
  const encodings = async (client: Client) => {
    const encodingFor = async (accepts: string, at = path) => {
      const { headers } = await client.get(at, { headers: { 'accept-encoding': accepts } })
      return headers.get('content-encoding')
    }
    return {
      only: await encodingFor('gzip'),
      rather: await encodingFor('gzip;q=0.5, br'),
      none: await encodingFor('identity'),
      small: await encodingFor('gzip', '/health/live'),
    }
  }

  test('is negotiated, and leaves small answers alone', async () => {
    for (let i = 0; i < 30; i++) await keeper.post('/v1/products', newProduct('x'.repeat(100)))
    expect(await encodings(keeper)).toEqual({ only: 'gzip', rather: 'br', none: null, small: null })
    const plain = await keeper.get(path, { headers: { 'accept-encoding': 'identity' } })
    const packed = await keeper.get(path, { headers: { 'accept-encoding': 'br' } })
    expect(packed.body).toEqual(plain.body)
  })

  test('control: a server that negotiates nothing is noticed', async () => {
    const gzips = createServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}'))
    })
    const port = await listen(gzips)
    const seen = await encodings(new Client(`http://127.0.0.1:${port}`))
    expect(seen).toEqual({ only: 'gzip', rather: 'gzip', none: 'gzip', small: 'gzip' })
    gzips.closeAllConnections()
    gzips.close()
  })
})

describe('API-10 files', () => {
  const bytes = randomBytes(300_000)
  const announce = (client: Client, length = bytes.length) => {
    const name = Buffer.from('Grüße.txt').toString('base64')
    const type = Buffer.from('text/plain').toString('base64')
    return client.post('/v1/uploads', undefined, {
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': `${length}`,
        'upload-metadata': `filename ${name},filetype ${type}`,
      },
    })
  }
  const send = (client: Client, path: string, from: number, to: number, init: RequestInit = {}) =>
    fetch(new URL(path, client.url), {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${client.token}`,
        'tus-resumable': '1.0.0',
        'upload-offset': `${from}`,
        'content-type': 'application/offset+octet-stream',
      },
      body: bytes.subarray(from, to),
      ...init,
    })
  const offsetOf = async (client: Client, path: string) => {
    const headers = { 'tus-resumable': '1.0.0' }
    return Number(
      (await client.send('HEAD', path, undefined, { headers })).headers.get('upload-offset'),
    )
  }
  const idOf = (path: string) => path.split('/').at(-1) ?? ''

  /** Begins to send all of it, and stops after so many bytes, the connection still open. */
  const begin = (client: Client, path: string, count: number) => {
    const asked = httpRequest(new URL(path, client.url), {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${client.token}`,
        'tus-resumable': '1.0.0',
        'upload-offset': '0',
        'content-type': 'application/offset+octet-stream',
        'content-length': bytes.length,
      },
    })
    asked.on('error', () => {}) // it is cut
    asked.write(bytes.subarray(0, count))
    return asked
  }

  test('is streamed, not visible before it is whole, and resumed after a cut elsewhere', async () => {
    const client = await signedIn(app)
    const path = (await announce(client)).headers.get('location') ?? ''
    const other = at(app.instances[1] ?? app.instances[0], client)
    const asked = begin(client, path, 100_000)
    await eventually(
      () => offsetOf(other, path),
      offset => offset === 100_000, // while its request goes on
      10_000,
    )
    asked.destroy()
    expect((await client.get(`/v1/files/${idOf(path)}`)).status).toBe(404)
    expect((await send(other, path, 50_000, 60_000)).status).toBe(409)
    expect((await send(other, path, 100_000, bytes.length)).status).toBe(204)
    const whole = await fetch(new URL(`/v1/files/${idOf(path)}`, client.url), {
      headers: { authorization: `Bearer ${client.token}` },
    })
    expect(whole.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt",
    )
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true)
    const part = await fetch(new URL(`/v1/files/${idOf(path)}`, client.url), {
      headers: { authorization: `Bearer ${client.token}`, range: 'bytes=1000-1999' },
    })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000, 2000))).toBe(true)
  })

  test('control: half of one that is called whole too early is visible', async () => {
    const client = await signedIn(app)
    const path = (await announce(client)).headers.get('location') ?? ''
    await send(client, path, 0, 100_000)
    const status = async () => (await client.get(`/v1/files/${idOf(path)}`)).status
    expect(await status()).toBe(404)
    await sql(app, 'update files_files set completed_at = now() where id = $1', [idOf(path)])
    expect(await status()).toBe(200)
  })

  test('what is sent as a page is given back as a file, never shown', async () => {
    const client = await signedIn(app)
    const metadata = [
      `filename ${Buffer.from('<script>.html').toString('base64')}`,
      `filetype ${Buffer.from('text/html').toString('base64')}`,
    ]
    const headers = {
      'tus-resumable': '1.0.0',
      'upload-length': '10',
      'upload-metadata': metadata.join(),
    }
    const path =
      (await client.post('/v1/uploads', undefined, { headers })).headers.get('location') ?? ''
    await send(client, path, 0, 10)
    const answer = await client.get(`/v1/files/${idOf(path)}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''%3C/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('refuses what is too large, and strangers', async () => {
    const [client, stranger] = [await signedIn(app), await signedIn(app)]
    expect((await announce(client, 2_000_001)).status).toBe(413)
    const small = (await announce(client, 1_000)).headers.get('location') ?? ''
    expect((await send(client, small, 0, 5_000)).status).toBeGreaterThanOrEqual(400)
    expect((await client.get(`/v1/files/${idOf(small)}`)).status).toBe(404)
    const path = (await announce(client)).headers.get('location') ?? ''
    expect((await send(stranger, path, 0, 1_000)).status).toBe(404)
    await send(client, path, 0, bytes.length)
    expect((await stranger.get(`/v1/files/${idOf(path)}`)).status).toBe(404)
    expect((await client.get(`/v1/files/${idOf(path)}`)).status).toBe(200)
  })
})

describe('API-11 GraphQL', () => {
  const ask = (client: Client, query: string) => client.post('/graphql', { query })

  test('reads the same data, with one query per kind of thing', async () => {
    const buyer = await signedIn(app)
    const products = await Promise.all(
      Array.from({ length: 3 }, () => keeper.post('/v1/products', newProduct())),
    )
    for (let index = 0; index < 15; index++) {
      const items = products.map(({ body }) => ({ productId: body.id, quantity: 1 }))
      for (const { body } of products)
        await keeper.post(`/v1/products/${body.id}/stock`, { quantity: 3 })
      await buyer.post(
        '/v1/orders',
        { items: items.slice(0, 1 + (index % 2)) },
        {
          headers: { 'idempotency-key': randomUUID() },
        },
      )
    }
    const queries = () => figure(app.instances[0], 'pg_queries_total', {}, 'api')
    const before = await queries()
    const { body } = await ask(buyer, '{ orders { number total lines { sku product { name } } } }')
    // Roles, orders, lines, products, and what the background asks; not each order's and line's.
    expect((await queries()) - before).toBeLessThan(15)
    const line = { product: { name: 'A thing' } }
    expect(body.data).toMatchObject({
      orders: Array.from({ length: 15 }, () => ({
        lines: expect.arrayContaining([expect.objectContaining(line)]),
      })),
    })
  })

  test('control: asked for one by one, its queries are as many', async () => {
    const buyer = await signedIn(app)
    const queries = () => figure(app.instances[0], 'pg_queries_total', {}, 'api')
    const before = await queries()
    for (let index = 0; index < 15; index++) await ask(buyer, '{ orders(first: 1) { number } }')
    expect((await queries()) - before).toBeGreaterThanOrEqual(15)
  })

  test('refuses what is wrong, or not for this caller', async () => {
    const client = app.instances[0].client()
    expect(await ask(client, '{ orders { id } }')).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'unauthenticated' } }] },
    })
    expect(await ask(client, '{ nothing }')).toMatchObject({
      status: 400,
      body: { errors: [{ message: expect.stringMatching(/^Cannot query field "nothing"/) }] },
    })
    expect((await ask(client, '{ products(first: 1000) { sku } }')).status).toBe(400)
    expect((await ask(client, '{ product(id: "x") { sku } }')).status).toBe(400)
  })
  test('goes five levels deep, and refuses the sixth', async () => {
    const buyer = await signedIn(app)
    const item = { productId: await product(keeper, { stock: 1 }), quantity: 1 }
    expect((await order(buyer, [item])).status).toBe(201)
    const deepest = await ask(buyer, '{ orders { lines { order { lines { sku } } } } }')
    expect(deepest.status).toBe(200)
    expect(deepest.body.data).toMatchObject({ orders: [{ lines: [{ order: { lines: [{}] } }] }] })
    const deeper = await ask(buyer, '{ orders { lines { order { lines { order { id } } } } } }')
    expect(deeper).toMatchObject({
      status: 400,
      body: {
        errors: [
          {
            message: expect.stringMatching(/depth \(6\) exceeds the query depth limit of 5/),
            extensions: { code: 'graphql-invalid' },
          },
        ],
      },
    })
  })
})
