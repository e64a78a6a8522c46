import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { seeded } from '../base/random.ts'
import { harRequests } from './har-requests.ts'
import { openApiRequests } from './openapi-requests.ts'

async function fileOf(name: string, text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-requests-'))
  const file = join(folder, name)
  await writeFile(file, text)
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

const header = (name: string, value: string) => ({ name, value })
const recorded = (method: string, url: string, more = {}) => ({ request: { method, url, ...more } })
const secret = [
  header('Cookie', 'session=1'),
  header('Authorization', 'Bearer x'),
  header('Accept', 'a/b'),
]
const recording = {
  log: {
    entries: [
      recorded('GET', 'https://shop.example/products?page=2', { headers: secret }),
      recorded('POST', 'https://shop.example/orders', {
        postData: { mimeType: 'application/json', text: '{"sku":"a"}' },
      }),
      recorded('GET', 'https://tracker.example/pixel.gif'),
    ],
  },
}

const many = <T>(make: (random: ReturnType<typeof seeded>) => T): readonly T[] => {
  const random = seeded(1)
  return Array.from({ length: 60 }, () => make(random))
}

test('a recording is asked again, without the hosts of others and without its secrets', async () => {
  await using har = await fileOf('session.har', JSON.stringify(recording))
  const asked = new Set(many(harRequests(har.file)).map(one => JSON.stringify(one)))
  expect([...asked].map(one => JSON.parse(one)).sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(
    [
      { path: '/orders', method: 'POST', headers: {}, body: { sku: 'a' } },
      { path: '/products?page=2', method: 'GET', headers: { accept: 'a/b' } },
    ],
  )
  const pixels = harRequests(har.file, { only: url => url.pathname.endsWith('.gif') })
  expect(pixels(seeded(1)).path).toBe('/pixel.gif')
  expect(() => harRequests(har.file, { only: () => false })).toThrow('no request')
})

test('what is no recording is refused', async () => {
  await using wrong = await fileOf('wrong.har', '{"log":{}}')
  expect(() => harRequests(wrong.file)).toThrow('to be a HAR file')
})

const description = `
openapi: 3.1.0
info: { title: Orders, version: 1.0.0 }
paths:
  /orders/{id}:
    get:
      parameters:
        - { name: id, in: path, required: true, schema: { type: integer, minimum: 5, maximum: 9 } }
        - { name: expand, in: query, required: true, schema: { enum: [lines, none] } }
        - { name: page, in: query, schema: { type: integer } }
      responses: { '200': { description: found } }
  /orders:
    post:
      operationId: place
      requestBody:
        content: { application/json: { example: { sku: a } } }
      responses: { '201': { description: placed } }
`

test('a description is asked by its operations, with values that it allows', async () => {
  await using api = await fileOf('api.yaml', description)
  const reading = many(await openApiRequests(api.file))
  for (const { path, method } of reading) {
    expect([method, path]).toEqual([
      'GET',
      expect.stringMatching(/^\/orders\/[5-9]\?expand=(lines|none)$/),
    ])
  }
  expect(new Set(reading.map(({ path }) => path)).size).toBeGreaterThan(5)
  const own = await openApiRequests(api.file, { values: { id: () => 'x/y', page: () => 3 } })
  expect(own(seeded(2)).path).toMatch(/^\/orders\/x%2Fy\?expand=(lines|none)&page=3$/)
  const placing = await openApiRequests(api.file, { only: ({ id }) => id === 'place' })
  expect(placing(seeded(1))).toMatchObject({ path: '/orders', method: 'POST', body: { sku: 'a' } })
  await expect(openApiRequests(api.file, { only: () => false })).rejects.toThrow('only')
})
