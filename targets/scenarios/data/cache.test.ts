import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { createDefences, type DefenceName } from '../../service/defences.ts'
import { createMetrics } from '../../service/metrics.ts'
import type { Profile } from '../../service/modules/data/profile.ts'
import {
  createProfileCache,
  type ProfileCache,
  shown,
} from '../../service/modules/data/profiles.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { eventually } from '../person.ts'
import { test } from '../warm.ts'
import { bench, kindsHere, startDatabase } from './benches.ts'
import type { Bench } from './checks.ts'

const boundMs = 1_500
const password = `Correct-horse-${randomUUID()}`

let app: Application
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ instances: [['api']] }, warm)
})
afterAll(() => app[Symbol.asyncDispose]())

describe.each(kindsHere)('DAT-08 cache and database agree on %s', kind => {
  let instances: readonly Instance[]
  let database: Bench & AsyncDisposable
  let redis: Redis
  beforeAll(async () => {
    const { url } = await startDatabase(app, kind)
    database = await bench(url)
    redis = new Redis(app.redis.port, app.redis.host, { maxRetriesPerRequest: 0 })
    redis.on('error', () => {})
    await redis.flushall() // the ids of another database's people are the same
    const config = {
      directory: { url },
      defenceSettings: { 'profile-cache': { ttlMs: boundMs } },
    }
    const names = [`first-${kind}`, `second-${kind}`]
    instances = await Promise.all(names.map(name => app.startInstance(name, ['api'], config)))
  })
  afterAll(async () => {
    redis.disconnect()
    await Promise.all(instances.map(each => each.process.kill()))
    await database[Symbol.asyncDispose]()
  })

  /** Somebody, signed in at every instance. */
  async function someone() {
    const email = `${randomUUID()}@example.test`
    const [here, there] = instances.map(instance => instance.client())
    if (!here || !there) throw new Error('Two instances are needed.')
    const { body } = await here.post('/v1/directory/people', { email, name: 'first', password })
    await database.people.change(Number(body.id), { verifiedAt: new Date() })
    await signIn(here, email)
    there.cookie = here.cookie
    there.csrf = here.csrf
    return { id: Number(body.id), clients: [here, there] as const }
  }

  /** Without a server of ours between: what is loaded when is up to the test. */
  function cacheWithout(off: readonly DefenceName[] = []): ProfileCache {
    const defences = createDefences(off, { 'profile-cache': { ttlMs: 30_000 } })
    return createProfileCache({ redis, defences, metrics: createMetrics('test') })
  }

  test('a change is seen at once, on every instance, and only by whom it concerns', async () => {
    const [ada, ben] = [await someone(), await someone()]
    for (const { clients } of [ada, ben]) for (const client of clients) await nameOf(client)
    const [here, there] = ada.clients
    const changed = await here.patch('/v1/directory/me', { name: 'second' })
    expect(changed).toMatchObject({ status: 200, body: { name: 'second' } })
    await here.post('/v1/directory/notes', { title: 'mine' })
    expect([await nameOf(here), await nameOf(there)]).toEqual(['second', 'second'])
    expect((await there.get('/v1/directory/notes')).body.notes).toMatchObject([{ title: 'mine' }])
    for (const client of ben.clients) {
      expect(await nameOf(client)).toBe('first')
      expect((await client.get('/v1/directory/notes')).body.notes).toEqual([])
    }
  })

  test('a copy is kept no longer than its bound', async () => {
    const { id, clients } = await someone()
    await nameOf(clients[0])
    const leftMs = await redis.pttl(`data:${id}:profile`)
    expect(leftMs).toBeGreaterThan(0)
    expect(leftMs).toBeLessThanOrEqual(boundMs)
  })

  test('is right again within its bound after an invalidation that was lost', async () => {
    const { id, clients } = await someone()
    await nameOf(clients[0])
    await database.people.change(id, { name: 'past the cache' })
    const copied = await nameOf(clients[1])
    await eventually(
      () => nameOf(clients[1]),
      name => name === 'past the cache',
      boundMs + 5_000,
    )
    // Control: had nothing been cached, the above would hold of itself.
    expect(copied).toBe('first')
  })

  test('no reader goes back in time while one writes and many read', async () => {
    const { id, clients } = await someone()
    let acknowledged = 0
    let writing = true
    const read = async (client: Client) => {
      while (writing) {
        const atLeast = acknowledged
        expect(Number(await nameOf(client))).toBeGreaterThanOrEqual(atLeast)
      }
    }
    await clients[0].patch('/v1/directory/me', { name: '0' })
    const readers = Array.from({ length: 8 }, (_, index) => read(clients[index % 2 ? 0 : 1]))
    for (let n = 1; n <= 20; n++) {
      const { status } = await clients[n % 2 ? 0 : 1].patch('/v1/directory/me', { name: `${n}` })
      expect(status).toBe(200)
      acknowledged = n
    }
    writing = false
    await Promise.all(readers)
    const stored = (await database.people.byId(id))?.name
    expect([stored, ...(await Promise.all(clients.map(nameOf)))]).toEqual(['20', '20', '20'])
  })

  /** A reader loads, a writer changes and invalidates, then the reader keeps what she has. */
  async function overtaken(cache: ProfileCache): Promise<string | undefined> {
    const { people } = database
    const id = await people.add({ email: `${randomUUID()}@example.test`, name: 'old' })
    const load = async () => {
      const person = await people.byId(id)
      return person && shown(person)
    }
    await cache.read(`${id}`, 'profile', async () => {
      const before = await load()
      await people.change(id, { name: 'new' })
      await cache.invalidate(`${id}`)
      return before
    })
    return (await cache.read(`${id}`, 'profile', load))?.name
  }

  test('what was read before a change is not shown after it', async () => {
    expect(await overtaken(cacheWithout())).toBe('new')
  })

  control('cache-generations', 'what was there before comes back', async ({ defencesOff }) => {
    expect(await overtaken(cacheWithout(defencesOff))).toBe('old')
  })

  /** How often the database is asked by ten who read the same. */
  async function loads(cache: ProfileCache): Promise<number> {
    const owner = randomUUID()
    let count = 0
    const load = async () => {
      count++
      return []
    }
    for (let i = 0; i < 10; i++) await cache.read(owner, 'notes', load)
    return count
  }

  test('what is in the cache is not asked for again', async () => {
    expect(await loads(cacheWithout())).toBe(1)
  })

  control('profile-cache', 'every read is one of the database', async ({ defencesOff }) => {
    expect(await loads(cacheWithout(defencesOff))).toBe(10)
  })

  test('one owner cannot name the copy of another', async () => {
    const cache = cacheWithout()
    const someone: Profile = { id: 1, email: 'a@b.test', name: 'secret', verified: true }
    const owner = randomUUID()
    await cache.read(owner, 'profile', async () => someone)
    for (const other of [`${owner}:profile`, `${owner}*`, `x:${owner}`, encodeURI(`${owner} `)]) {
      expect(await cache.read(other, 'profile', async () => undefined)).toBeUndefined()
      await cache.invalidate(other)
    }
    const kept = await cache.read(owner, 'profile', async () => undefined)
    expect(kept, 'still there, so the above could have found it').toEqual(someone)
  })

  test('a copy that is no copy is loaded anew', async () => {
    const { id, clients } = await someone()
    for (const text of ['{', '{}', '{"generation":"first","value":{"id":"none"}}']) {
      await redis.set(`data:${id}:profile`, text)
      expect(await nameOf(clients[0])).toBe('first')
    }
  })
})

async function signIn(client: Client, email: string): Promise<void> {
  const answer = await client.post('/v1/directory/login', { email, password })
  client.cookie = answer.headers.get('set-cookie')?.split(';')[0]
  client.csrf = answer.headers.get('x-csrf-token') ?? undefined
}

async function nameOf(client: Client): Promise<string> {
  return (await client.get('/v1/directory/me')).body.name
}
