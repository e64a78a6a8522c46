import { once } from 'node:events'
import { createServer } from 'node:net'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { control } from '../../scenarios/control.ts'
import { parseConfig } from '../config.ts'
import { createDefences, type DefenceName } from '../defences.ts'
import { createMetrics } from '../metrics.ts'
import { openDatabase } from '../postgres/database.ts'
import { createPool } from '../postgres/pool.ts'
import { addHealth } from './health.ts'

type State = 'starting' | 'started' | 'closing'

/** The health of a process with neither Postgres nor Redis, and a payment gateway at this port. */
async function healthOf(state: State, paymentsPort: number, off: readonly DefenceName[] = []) {
  const config = parseConfig({
    environment: 'test',
    instance: 'health',
    roles: ['api'],
    postgres: { url: 'postgres://nobody@127.0.0.1:1/none' },
    redis: { host: '127.0.0.1', port: 1 },
    payments: { url: `http://127.0.0.1:${paymentsPort}`, apiKey: 'x' },
  })
  const [defences, metrics] = [createDefences(off), createMetrics('health')]
  const db = openDatabase(
    createPool(config, defences, metrics, pino({ level: 'silent' })),
    defences,
  )
  const redis = new Redis({ port: 1, lazyConnect: true, retryStrategy: null })
  redis.on('error', () => {})
  const http = Fastify()
  addHealth(http, { config, db, defences, metrics, redis }, () => state)
  return {
    ask: async (path: string) => {
      const answer = await http.inject(path)
      return { status: answer.statusCode, body: answer.json<unknown>() }
    },
    [Symbol.asyncDispose]: async () => {
      redis.disconnect()
      await Promise.all([http.close(), db.destroy()])
    },
  }
}

test.each([
  ['starting', 503, 'starting'],
  ['started', 200, 'up'],
  ['closing', 200, 'up'],
] as const)('API-08 start-up of a process that is %s is %i %s', async (state, status, said) => {
  await using health = await healthOf(state, 1)
  expect(await health.ask('/health/startup')).toEqual({ status, body: { status: said } })
})

test('API-08 tells of a dependency that comes and goes whether anybody is there', async () => {
  const gateway = createServer(socket => socket.destroy())
  await once(gateway.listen(0, '127.0.0.1'), 'listening')
  const address = gateway.address()
  if (address === null || typeof address === 'string') throw new Error('It has no port.')
  await using health = await healthOf('started', address.port)
  const told = { postgres: 'down', redis: 'down' }
  const ask = () => health.ask('/health/dependencies')
  expect(await ask()).toEqual({ status: 200, body: { ...told, extras: { payments: 'up' } } })
  gateway.close()
  await once(gateway, 'close')
  expect(await ask()).toEqual({ status: 200, body: { ...told, extras: { payments: 'down' } } })
  expect(await health.ask('/health/ready')).toEqual({
    status: 200,
    body: { status: 'up', dependencies: told },
  })
})

test.each([
  ['starting', 503],
  ['started', 200],
  ['closing', 503],
] as const)('API-08 readiness of a process that is %s is %i', async (state, status) => {
  await using health = await healthOf(state, 1)
  expect((await health.ask('/health/ready')).status).toBe(status)
})

test.each([
  ['starting', 503, 'starting'],
  ['started', 200, 'up'],
  ['closing', 404, 'closing'],
] as const)(
  'API-08 to a balancer that drains, one that is %s says %i %s',
  async (state, status, said) => {
    await using health = await healthOf(state, 1)
    expect(await health.ask('/health/traffic')).toEqual({ status, body: { status: said } })
  },
)

control('readiness', 'one that is about to end asks for more (API-08)', async ({ defencesOff }) => {
  await using health = await healthOf('closing', 1, defencesOff)
  expect((await health.ask('/health/ready')).status).toBe(200)
})
