import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { call, makeProxy } from './api-client.ts'
import { type Contestant, startContestant } from './contestant.ts'

let server: Contestant

beforeAll(async () => {
  server = await startContestant('ours')
  for (const protocol of ['redis', 'postgres', 'http', 'websocket']) {
    await makeProxy(server.url, { name: protocol, upstream: '127.0.0.1:1', protocol })
  }
})
afterAll(() => server?.[Symbol.asyncDispose]())

const failure = z.object({ error: z.string() })

async function send(to: string, body: object): Promise<{ status: number; error: string }> {
  const [method = '', path = ''] = to.split(' ')
  const answer = await fetch(`${server.url}${path}`, {
    method,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  })
  const text = await answer.text()
  const { status } = answer
  return { status, error: status < 300 ? '' : failure.parse(JSON.parse(text)).error }
}

/** Adds a toxic, and takes it off again where it was taken. */
async function add(proxy: string, toxic: object): Promise<{ status: number; error: string }> {
  const answer = await send(`POST /proxies/${proxy}/toxics`, { ...toxic, name: 't' })
  if (answer.status === 200) await call(server.url, `DELETE /proxies/${proxy}/toxics/t`)
  return answer
}

test.each([
  ['client', { client: 'localhst' }],
  ['client', { client: '127.0.0.1:' }],
  ['client', { client: '127.0.0.1:0' }],
  ['client', { client: '127.0.0.256' }],
  ['client', { client: 'localhost:4000' }],
  ['client', { client: '::1:x' }],
  ['client', { client: '' }],
  ['ids', { ids: [] }],
  ['ids.0', { ids: [0] }],
])('connections.%s that nobody can have is refused: %j', async (field, connections) => {
  const { status, error } = await add('redis', { type: 'noop', connections })
  expect([status, error]).toEqual([400, expect.stringContaining(`connections.${field}: `)])
})

test.each(['127.0.0.1', '127.0.0.1:4000', '::1', '[::1]', '[::1]:4000'])(
  'a client %s is taken, and told as it was given',
  async client => {
    const connections = { client, ids: [1] }
    const path = 'POST /proxies/redis/toxics'
    const toxic = await call(server.url, path, { type: 'noop', name: 'chosen', connections })
    expect(toxic).toMatchObject({ connections })
    await call(server.url, 'DELETE /proxies/redis/toxics/chosen')
  },
)

test.each([
  ['number.to', { number: { from: 5, to: 3 } }, { number: { from: 5, to: 5 } }],
  ['ageMs.to', { ageMs: { from: 5, to: 3 } }, { ageMs: { from: 5, to: 5 } }],
  ['number', { number: { to: 0 } }, { number: { to: 1 } }],
  ['number', { number: 0 }, { number: 1 }],
])('match.%s that no message can have is refused: %j', async (field, match, right) => {
  const order = (match: object) => ({ type: 'redis_error', attributes: { error: 'OOM', match } })
  const { status, error } = await add('redis', order(match))
  expect([status, error]).toEqual([400, expect.stringContaining(`attributes.match.${field}`)])
  expect(await add('redis', order(right))).toEqual({ status: 200, error: '' })
})

/** Each field of `match`, and where it says something. */
const fields: Readonly<Record<string, readonly string[]>> = {
  command: ['redis'],
  key: ['redis'],
  statement: ['postgres'],
  table: ['postgres'],
  route: ['http', 'websocket'],
  type: ['http', 'websocket'],
  text: ['postgres', 'http', 'websocket'],
  trace: ['postgres', 'http', 'websocket'],
  channel: ['redis', 'postgres', 'http', 'websocket'],
  frame: ['redis', 'postgres', 'http', 'websocket'],
  error: ['redis', 'postgres', 'http', 'websocket'],
}

test.each(['redis', 'postgres', 'http', 'websocket'])(
  'a field of match that %s has not is refused by its name, in an update too',
  async protocol => {
    for (const [field, owners] of Object.entries(fields)) {
      const stream = field === 'text' ? 'upstream' : 'downstream'
      const toxic = { type: 'message_drop', stream, attributes: { match: { [field]: 'x' } } }
      const { status, error } = await add(protocol, toxic)
      if (owners.includes(protocol)) expect([field, status]).toEqual([field, 200])
      else expect([status, error]).toEqual([400, foreign(field)])
    }
    const path = `/proxies/${protocol}/toxics`
    await call(server.url, `POST ${path}`, { type: 'message_drop', name: 'held' })
    const [field = ''] = protocol === 'redis' ? ['table'] : ['command']
    const attributes = { match: { [field]: 'x' } }
    const { status, error } = await send(`PATCH ${path}/held`, { attributes })
    expect([status, error]).toEqual([400, foreign(field)])
    for (const unheard of ['constructor', '__proto__x', 'comand']) {
      const answer = await send(`PATCH ${path}/held`, { attributes: { match: { [unheard]: 'x' } } })
      expect(answer.status).toBe(400)
      expect(answer.error).toContain(`attributes.match.${unheard}: unknown field`)
    }
    expect(await call(server.url, `GET ${path}/held`)).toMatchObject({ attributes: { match: {} } })
    await call(server.url, `DELETE ${path}/held`)
  },
)

function foreign(field: string) {
  return expect.stringMatching(`attributes\\.match\\.${field}: is of .*, not `)
}

test('a protocol that knows nothing of what a toxic matches is refused while it is there', async () => {
  const attributes = { match: { table: 'orders' } }
  const toxic = { type: 'message_drop', name: 'matching', attributes }
  await call(server.url, 'POST /proxies/postgres/toxics', toxic)
  const { status, error } = await send('PATCH /proxies/postgres', { protocol: 'redis' })
  expect([status, error]).toEqual([400, expect.stringContaining("toxic 'matching' is there")])
  expect(error).toContain('match.table')
  await call(server.url, 'DELETE /proxies/postgres/toxics/matching')
  expect((await send('PATCH /proxies/postgres', { protocol: 'redis' })).status).toBe(200)
  await call(server.url, 'PATCH /proxies/postgres', { protocol: 'postgres' })
})
