import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, expect, vi } from 'vitest'
import { AgentClient } from '../agents/agent-client.ts'
import { type ApplicationAt, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { figure } from '../figure.ts'
import { post, whenIn } from '../messages/mail-room.ts'
import { eventually, signedIn } from '../person.ts'
import { ChatClient } from '../realtime/chat-client.ts'
import type { OwnPlace } from '../servers.ts'
import { test } from '../warm.ts'

const withinMs = 20_000
const defenceSettings = {
  'dead-letter-queue': { attempts: 1 },
  'circuit-breaker': { volume: 4, windowMs: withinMs, resetMs: 500 },
  'pool-limits': { acquireMs: withinMs, statementMs: withinMs },
}

vi.setConfig({ testTimeout: 90_000 })

let app: ApplicationAt<OwnPlace>
let here: Instance
let person: Client
test.beforeAll(async ({ ownPostgres }) => {
  // Without the default lane a message can be made to wait for good.
  const config = { defenceSettings, defencesOff: ['default-lane'] }
  app = await startApplication({ instances: [['api', 'realtime', 'worker']], config }, ownPostgres)
  here = app.instances[0]
  person = await signedIn(app)
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** Resolves when the figure is as wanted. */
const until = (
  name: string,
  labels: Readonly<Record<string, string>>,
  wanted: (value: number) => boolean,
) => eventually(() => figure(here, name, labels), wanted, withinMs)

test('every route tells its requests, errors and durations', async () => {
  const labels = { role: 'api', method: 'GET', route: '/v1/messages' }
  const count = (status: string) =>
    figure(here, 'http_request_duration_seconds_count', { ...labels, status })
  const [good, bad] = [await count('200'), await count('401')]
  for (let i = 0; i < 3; i++) await person.get('/v1/messages')
  await here.client().get('/v1/messages')
  expect([await count('200'), await count('401')]).toEqual([good + 3, bad + 1])
  const seconds = await figure(here, 'http_request_duration_seconds_sum', labels)
  expect(seconds).toBeGreaterThan(0)
})

test('web sockets tell how many are open, and the frames they bring', async () => {
  const open = { path: '/agents' }
  const before = await figure(here, 'websocket_connections', open)
  const agents = await AgentClient.of(person, here)
  expect(await figure(here, 'websocket_connections', open)).toBe(before + 1)
  await agents.ended(agents.ask({ tool: 'recall' }))
  const run = { ...open, type: 'run', outcome: 'ok' }
  expect(await figure(here, 'websocket_frame_duration_seconds_count', run)).toBe(1)
  await until('agents_user_contexts', {}, count => count === 0)
  agents[Symbol.dispose]()
  await until('websocket_connections', open, count => count === before)
})

test('messages tell how many wait, are dead, and what came of the others', async () => {
  await post(person)
  const poison = await post(person, { kind: 'form', body: '{', priority: 9 })
  await whenIn(person, await post(person, { priority: 9 }), 'done')
  await whenIn(person, poison, 'dead')
  const handled = (outcome: string) =>
    figure(here, 'messages_handled_total', { lane: 'urgent', outcome })
  expect([await handled('stored'), await handled('dead')]).toEqual([1, 1])
  await until('messages_queue_depth', {}, count => count === 1)
  await until('messages_dead_letters', {}, count => count === 1)
  await until('messages_oldest_age_seconds', {}, age => age > 0)
})

test('the pool tells its connections, and who waits for one', async () => {
  const holder = new pg.Client({ connectionString: app.postgres.url })
  await holder.connect()
  await holder.query('begin; lock table messages_jobs in access exclusive mode')
  const posts = Array.from({ length: 15 }, () => post(person))
  await until('pg_pool_waiting', {}, count => count > 0)
  // Of ten a route may have seven.
  expect(await figure(here, 'pg_pool_connections')).toBeGreaterThanOrEqual(7)
  await holder.query('commit')
  await holder.end()
  await Promise.all(posts)
  await until('pg_pool_waiting', {}, count => count === 0)
  await until('pg_pool_idle', {}, count => count > 0)
})

test('a dependency that fails tells of retries, and of its breaker', async () => {
  using chat = await ChatClient.open(here)
  const say = () => chat.send({ type: 'send', id: randomUUID(), channel: 'x', text: 'x' })
  const breaker = { name: 'postgres-chat' }
  expect(await figure(here, 'circuit_breaker_state', breaker)).toBe(0)
  await app.postgres.kill()
  await eventually(
    async () => {
      say()
      return figure(here, 'circuit_breaker_state', breaker)
    },
    state => state === 2,
    withinMs,
  )
  const retries = { dependency: 'postgres-chat', result: 'granted' }
  expect(await figure(here, 'dependency_retries_total', retries)).toBeGreaterThan(0)
  await app.postgres.restart()
  await eventually(
    async () => {
      say()
      return figure(here, 'circuit_breaker_state', breaker)
    },
    state => state === 0,
    withinMs,
  )
})

test('the event loop tells when it stood still', async () => {
  await figure(here, 'nodejs_eventloop_lag_max_seconds')
  // Again and again: who asks before the loop has turned forgets the lag that is about to be told.
  await eventually(
    async () => {
      await here.process.pause()
      await new Promise(resolve => setTimeout(resolve, 600))
      await here.process.resume()
      await new Promise(resolve => setTimeout(resolve, 100))
      return figure(here, 'nodejs_eventloop_lag_max_seconds')
    },
    seconds => seconds > 0.3,
    withinMs,
  )
})
