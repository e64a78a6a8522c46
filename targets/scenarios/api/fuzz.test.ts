import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { shopkeeper } from '../orders/shop.ts'
import { eventually } from '../person.ts'
import { SocketClient } from '../socket-client.ts'

let app: Application
let admin: Client
beforeAll(async () => {
  app = await startApplication({ instances: [['api', 'realtime']] })
  admin = await shopkeeper(app)
})
afterAll(() => app[Symbol.asyncDispose]())

const id = randomUUID()
const routes = [
  ['POST', '/checkout'],
  ['POST', '/v1/accounts'],
  ['POST', '/v1/accounts/verify'],
  ['POST', '/v1/login'],
  ['POST', '/v1/token/refresh'],
  ['POST', '/v1/password/forgot'],
  ['POST', '/v1/password/reset'],
  ['POST', '/v1/mfa/confirm'],
  ['PUT', `/v1/users/${id}/roles`],
  ['PATCH', '/v1/sessions/shared'],
  ['POST', '/v1/products'],
  ['PATCH', `/v1/products/${id}`],
  ['PUT', `/v1/cart/${id}`],
  ['POST', '/v1/orders'],
  ['POST', '/v1/credit/spend'],
  ['POST', '/v1/drafts'],
  ['PATCH', `/v1/drafts/${id}`],
  ['POST', '/v1/messages'],
  ['POST', '/graphql'],
] as const

const names = ['orderId', 'items', 'username', 'email', 'password', 'token', 'login', 'code', 'sku']
const field = fc.oneof(fc.constantFrom(...names, 'price', 'quantity', 'query'), fc.string())
const body = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })), { maxKeys: 6 }),
)

/** Four per route: enough to find what is careless, and quick. */
const fuzz = { numRuns: 4 * routes.length }

test('whatever body is sent, the answer is a documented error and never a 500', async () => {
  const headers = { 'idempotency-key': randomUUID() }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), body, async ([method, path], sent) => {
      const answer = await admin.send(method, path, JSON.stringify(sent) ?? 'null', { headers })
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500)
      if (answer.status < 400 || path === '/graphql') return
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.body).toMatchObject({ code: expect.any(String), status: answer.status })
    }),
    fuzz,
  )
})

test('whatever path and query are asked for, the process answers', async () => {
  const path = fc.tuple(fc.constantFrom(...routes), fc.string({ unit: 'grapheme' }))
  await fc.assert(
    fc.asyncProperty(path, async ([[, route], text]) => {
      const query = encodeURIComponent(text.toWellFormed())
      const answer = await admin.get(`${route}/${query}?limit=${query}&after=${query}&q=${query}`)
      expect(answer.status).toBeLessThan(500)
    }),
    fuzz,
  )
})

test.each(['/chat?client=fuzz', '/agents', '/messages'])(
  'whatever frame is sent on %s, that socket is closed or answered, and others live on',
  async path => {
    const types = ['auth', 'send', 'subscribe', 'run', 'follow', 'post', 'listen', 'x']
    const field = fc.constantFrom('id', 'channel', 'text', 'after', 'task', 'message')
    const frame = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .tuple(fc.constantFrom(...types), fc.dictionary(field, fc.jsonValue(), { maxKeys: 4 }))
        .map(([type, fields]) => JSON.stringify({ type, ...fields })),
    )
    const [instance] = app.instances
    using witness = await new SocketClient(instance, path).opened()
    await fc.assert(
      fc.asyncProperty(frame, async text => {
        using client = await new SocketClient(instance, path).opened()
        client.send(text.toWellFormed())
        await eventually(
          async () => client.closed?.code ?? client.frames.length,
          seen => seen > 0,
        )
        expect([undefined, 1003, 1007, 1008, 1009]).toContain(client.closed?.code)
        expect(client.frames).not.toContainEqual(expect.objectContaining({ code: 'internal' }))
      }),
      { numRuns: 20 },
    )
    witness.send({ type: 'auth', token: 'nobody' })
    await witness.got(({ about }) => about === 'auth')
  },
)
