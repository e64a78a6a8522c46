import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { faultOn } from '../link-fault.ts'
import { at, eventually, signedIn } from '../person.ts'
import { test } from '../warm.ts'

/** Connections that old are the ones a fault finds open; those opened later are fine. */
const oldMs = 4_000

let app: Application
let alive: Instance
let careless: Instance
let person: Client
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ instances: [['api']] }, warm)
  const config = {
    postgres: { url: app.postgres.url, poolSize: 4 },
    directory: { url: app.postgres.url },
    defenceSettings: { 'pool-limits': { acquireMs: 4_000, statementMs: 1_500 } },
  }
  ;[alive, careless, person] = await Promise.all([
    app.startInstance('alive', ['api'], config),
    app.startInstance('careless', ['api'], { ...config, defencesOff: ['pool-liveness'] }),
    signedIn(app),
  ])
})
afterAll(() => app?.[Symbol.asyncDispose]())

type Ask = () => Promise<{ readonly status: number }>

/** Everything in the pool is open, and old enough to be what the fault finds. */
async function fill(ask: Ask): Promise<void> {
  await Promise.all(Array.from({ length: 8 }, ask))
  await new Promise(resolve => setTimeout(resolve, oldMs + 200))
}

/** How many of these requests, one after the other, are refused. */
async function refused(ask: Ask, count: number): Promise<number> {
  let refusals = 0
  for (let i = 0; i < count; i++) if ((await ask()).status >= 500) refusals++
  return refusals
}

const eventFrom = (instance: Instance): Ask => {
  const client = at(instance, person)
  return () => client.post('/v1/messages', { kind: 'note', body: 'hello', id: randomUUID() })
}

/** One that reads from the directory, which has a pool of its own. */
const strangerAt = (instance: Instance): Ask => {
  const client = instance.client()
  const login = { email: `${randomUUID()}@example.test`, password: 'Some-password-1' }
  return () => client.post('/v1/directory/login', login)
}

const demote = (instance: Instance, provider: string) =>
  faultOn(app, `${instance.name}>${provider}`, {
    type: 'postgres_error',
    attributes: { match: { statement: 'INSERT', ageMs: { from: oldMs } }, code: '25006' },
  })

const silence = (instance: Instance, provider: string) =>
  faultOn(app, `${instance.name}>${provider}`, {
    type: 'message_drop',
    stream: 'upstream',
    attributes: { match: { ageMs: { from: oldMs } } },
  })

describe('DAT-03 connections that are good for nothing', () => {
  const asked = 12

  test('to a server that was demoted are replaced together, after one refusal', async () => {
    const ask = eventFrom(alive)
    await fill(ask)
    await using _demoted = await demote(alive, 'postgres')
    expect(await ask()).toMatchObject({ status: 503, body: { code: 'postgres-unavailable' } })
    expect(await refused(ask, asked)).toBe(0)
  }, 30_000)

  control(
    'pool-liveness',
    'all of them are used again, and refuse again',
    async () => {
      const ask = eventFrom(careless)
      await fill(ask)
      await using _demoted = await demote(careless, 'postgres')
      expect(await refused(ask, asked)).toBe(asked)
    },
    30_000,
  )

  test.each(['postgres', 'directory'])(
    'of the pool of %s that are half-open are found out, and the service is back by itself',
    async provider => {
      const ask = provider === 'postgres' ? eventFrom(alive) : strangerAt(alive)
      await fill(ask)
      await using _silent = await silence(alive, provider)
      const served = await eventually(ask, ({ status }) => status < 500, 10_000)
      expect(served.status).toBe(provider === 'postgres' ? 202 : 401)
      expect(await refused(ask, asked)).toBe(0)
    },
    30_000,
  )
})

describe('API-09 closing', () => {
  test('ends in time though nothing answers on any connection', async () => {
    const config = { directory: { url: app.postgres.url } }
    const leaving = await app.startInstance('leaving', ['api', 'realtime', 'worker'], config)
    await fill(strangerAt(leaving))
    await using _postgres = await silence(leaving, 'postgres')
    await using _directory = await silence(leaving, 'directory')
    const startedAt = performance.now()
    await leaving.process.signal('SIGTERM')
    await leaving.process.exited
    expect(performance.now() - startedAt).toBeLessThan(12_000)
  }, 40_000)
})
