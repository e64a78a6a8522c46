import { expect, test } from 'vitest'
import { openApiRoutes } from './openapi-routes.ts'
import type { UpstreamRequest } from './upstream.ts'

const described = { openapi: 'testing/payments.yaml' }
const routesOf = (more = {}) => openApiRoutes({ ...described, ...more }, import.meta.dirname)

async function ask(route: string, request: Partial<UpstreamRequest>, more = {}) {
  const routes = await routesOf(more)
  const [method = ''] = route.split(' ')
  const rest = { path: '/', params: {}, query: {}, headers: { 'content-type': 'application/json' } }
  return routes[route]?.({ method, ...rest, body: undefined, ...request })
}

const charge = { reference: 'r1', amount: 5 }

test('each operation is a route, below the path of the described server, too', async () => {
  expect(Object.keys(await routesOf()).sort()).toEqual([
    'DELETE /charges/:id',
    'DELETE /v1/charges/:id',
    'GET /charges/:id',
    'GET /v1/charges/:id',
    'POST /charges',
    'POST /v1/charges',
  ])
})

test('a request that fits is answered with the example of the first success, or one of its schema', async () => {
  const example = { status: 201, body: { id: 'ch_1', status: 'succeeded' } }
  expect(await ask('POST /charges', { body: charge })).toEqual(example)
  expect(await ask('POST /v1/charges', { body: charge })).toEqual(example)
  const found = await ask('GET /v1/charges/:id', { params: { id: 'ch_1' } })
  expect(found).toMatchObject({
    status: 200,
    body: { id: expect.any(String), status: 'succeeded' },
  })
  expect((await ask('DELETE /charges/:id', { params: { id: 'ch_1' } }))?.status).toBe(204)
})

test.each([
  ['a field is missing', 'POST /charges', { body: { amount: 5 } }, 'reference'],
  [
    'a number is too small',
    'POST /charges',
    { body: { ...charge, amount: 0 } },
    '/requestBody/amount',
  ],
  ['there is no body', 'POST /charges', {}, 'requestBody'],
  ['a parameter is too short', 'GET /charges/:id', { params: { id: 'x' } }, '/path/id'],
])('control: 400 says what is wrong where %s', async (_, route, request, what) => {
  const answer = await ask(route, request)
  expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining(what) } })
})

test('a null that may be one, and a query in text, are right', async () => {
  expect((await ask('POST /charges', { body: { ...charge, note: null } }))?.status).toBe(201)
  const expanded = { params: { id: 'ch_1' }, query: { expand: 'true' } }
  expect((await ask('GET /charges/:id', expanded))?.status).toBe(200)
})

test('a handler answers in the place of the example, and sees only what fits', async () => {
  const answers = { 'POST /charges': () => ({ status: 402 }), 'GET /more': () => ({}) }
  expect(await ask('POST /charges', { body: charge }, { answers })).toEqual({ status: 402 })
  expect((await ask('POST /charges', { body: {} }, { answers }))?.status).toBe(400)
  expect(await ask('GET /more', {}, { answers })).toEqual({})
})

test.each(['testing/none.yaml', 'testing/create.sql'])('%s is no description', async openapi => {
  await expect(routesOf({ openapi })).rejects.toThrow('to be an OpenAPI description')
})
