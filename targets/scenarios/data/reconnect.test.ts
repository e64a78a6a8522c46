import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, describe, expect } from 'vitest'
import { type ApplicationAt, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { eventually, signedIn, sql } from '../person.ts'
import type { OwnPlace } from '../servers.ts'
import { test } from '../warm.ts'

const poolSize = 5
let app: ApplicationAt<OwnPlace>
test.beforeAll(async ({ ownPostgres }) => {
  app = await startApplication({ instances: [['api'], ['api']] }, ownPostgres)
})
afterAll(() => app[Symbol.asyncDispose]())

/** A port where a database should be: takes connections, and ends them at once. */
async function brokenDatabase() {
  let attempts = 0
  const server = createServer(socket => {
    attempts += 1
    socket.on('error', () => {})
    socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    attempts: () => attempts,
    config: { postgres: { url: `postgres://nobody:nothing@127.0.0.1:${port}/none` } },
    [Symbol.asyncDispose]: async () => {
      server.close()
    },
  }
}

describe('DAT-04 connecting again', () => {
  test('waits at start-up for a database that is not there yet', async () => {
    await app.postgres.kill()
    let ready = false
    const starting = app.startInstance('early', ['api']).then(instance => {
      ready = true
      return instance
    })
    await new Promise(resolve => setTimeout(resolve, 2_000))
    expect(ready).toBe(false)
    await app.postgres.restart()
    const early = await starting
    expect((await early.client().get('/v1/me')).status).toBe(401)
  })

  control('start-up-retry', 'it gives up at once', async off => {
    await app.postgres.kill()
    const hasty = app.startInstance('hasty', ['api'], off)
    await expect(hasty).rejects.toThrow('to start and say where it listens')
    await app.postgres.restart()
  })

  const giveUpMs = 3_000
  /** Full jitter up to 1 s: some ten attempts of each of two instances; more is a storm. */
  const mostAttempts = 2 * 40

  /** How often two instances that start together ask for a database that is not there. */
  const attempts = async (name: string, pauses: { baseMs: number; capMs: number }) => {
    await using database = await brokenDatabase()
    const config = {
      ...database.config,
      defenceSettings: { 'start-up-retry': { giveUpMs, ...pauses } },
    }
    const starting = [1, 2].map(each => app.startInstance(`${name}-${each}`, ['api'], config))
    for (const { status } of await Promise.allSettled(starting)) expect(status).toBe('rejected')
    return database.attempts()
  }

  test('asks again with pauses while the database is away, never in a storm', async () => {
    const count = await attempts('pausing', { baseMs: 50, capMs: 1_000 })
    expect(count).toBeGreaterThan(4)
    expect(count).toBeLessThan(mostAttempts)
  })

  test('control: without back-off it is a storm', async () => {
    expect(await attempts('storming', { baseMs: 1, capMs: 1 })).toBeGreaterThan(mostAttempts)
  })

  test('comes back by itself after a loss, and no pool beyond its size', async () => {
    const names = ['pool-1', 'pool-2']
    const config = { postgres: { url: app.postgres.url, poolSize } }
    const instances = await Promise.all(names.map(name => app.startInstance(name, ['api'], config)))
    const client = await signedIn(app, undefined, instances[0])
    const token = client.token
    const ask = async () => {
      const asked = instances.flatMap(instance =>
        Array.from({ length: 20 }, () => {
          const asking = instance.client()
          asking.token = token
          return asking.get('/v1/me').then(({ status }) => status)
        }),
      )
      return Promise.all(asked)
    }
    await app.postgres.kill()
    const during = await ask()
    expect(
      during.every(status => status === 503),
      `${during}`,
    ).toBe(true)
    await app.postgres.restart()
    await eventually(ask, statuses => statuses.every(status => status === 200), 10_000)
    const text = `select application_name as name, count(*)::int as n from pg_stat_activity
      where application_name = any($1) group by 1`
    const open = await sql<{ name: string; n: number }>(app, text, [names])
    expect(open.length).toBeGreaterThan(0)
    for (const { n } of open) expect(n).toBeLessThanOrEqual(poolSize)
  })
})
