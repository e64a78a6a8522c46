import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, describe, expect } from 'vitest'
import { openEngine } from '../../service/modules/data/open-engine.ts'
import { type Application, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { besides } from '../data/benches.ts'
import type { Instance, Launch } from '../instance.ts'
import { post, progress, whenIn } from '../messages/mail-room.ts'
import { order, product, shopkeeper } from '../orders/shop.ts'
import { eventually, logIn, newPerson, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'

const hourMs = 3_600_000
const tokenSeconds = 300
const auth = { tokens: { algorithm: 'HS256', secret: randomUUID() }, secureCookies: false }
const config = {
  auth: { ...auth, accessSeconds: tokenSeconds },
  defenceSettings: { 'pool-limits': { acquireMs: 8_000 } },
}

let app: Application
/** Its clock is right. */
let right: Instance
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ instances: [['api']], config }, warm)
  right = app.instances[0]
})
afterAll(() => app?.[Symbol.asyncDispose]())

const wrongClock = (offMs: number, jumps = false): Launch => ({
  nodeArgs: ['--import', join(import.meta.dirname, 'wrong-clock.ts')],
  env: { CLOCK_OFF_MS: `${offMs}`, CLOCK_JUMPS: jumps ? 'yes' : 'no' },
})

/** An instance whose clock is ahead, or behind by a negative number. */
function off(byMs: number, more: object = {}, roles: readonly ('api' | 'worker')[] = ['api']) {
  const name = `off-${randomUUID().slice(0, 8)}`
  return app.startInstance(name, roles, more, wrongClock(byMs))
}

/** What an instance says to a token that another has just signed. */
async function seenAt(instance: Instance, signer: Instance) {
  const { token } = await signedIn(app, newPerson(), signer)
  const client = Object.assign(instance.client(), { token })
  const { status, body } = await client.get('/v1/me')
  return status === 200 ? 'welcome' : body.code
}

describe('PLT-06 tokens', () => {
  // A token that lives as long as the clocks differ is, there, over when it is signed.
  const ahead = (tokenSeconds + 10) * 1_000

  test('count on every instance whose clock is off by no more than the leeway', async () => {
    const [early, late] = [await off(ahead), await off(-ahead)]
    expect(await seenAt(early, right)).toBe('welcome')
    expect(await seenAt(right, late)).toBe('welcome')
    expect(await seenAt(right, early)).toBe('welcome')
    for (const each of [early, late]) await each.process.kill()
  })

  test('are honestly refused beyond it, and a new one from there counts there', async () => {
    const early = await off(2 * hourMs)
    expect(await seenAt(early, right)).toBe('token-expired')
    expect(await seenAt(early, early)).toBe('welcome')
    await early.process.kill()
  })

  control('clock-leeway', 'a small difference refuses tokens that are good', async without => {
    const strict = await off(ahead, without)
    expect(await seenAt(strict, right)).toBe('token-expired')
    await strict.process.kill()
  })
})

describe('PLT-06 what ends by itself', () => {
  /** Signed in here and there; then she signs out everywhere. What her first session is then. */
  async function leftAfterSigningOut(there: Instance): Promise<number> {
    const person = newPerson()
    const first = await signedIn(app, person)
    const second = await logIn(there.client(), person)
    expect((await second.post('/v1/logout/everywhere')).status).toBe(204)
    return (await first.get('/v1/me')).status
  }

  test('a session ends when it should, and is found when all of them are ended', async () => {
    const early = await off(2 * hourMs)
    const { sessionId } = await signedIn(app, newPerson(), early)
    const redis = new Redis(app.redis.port, app.redis.host)
    const seconds = await redis.ttl(`sessions:${sessionId}`)
    redis.disconnect()
    expect(seconds).toBeGreaterThan(3_500)
    expect(seconds).toBeLessThanOrEqual(3_600)
    expect(await leftAfterSigningOut(early)).toBe(401)
    await early.process.kill()
  })

  control('server-clock', 'a session survives that should be ended', async without => {
    const early = await off(2 * hourMs, without)
    expect(await leftAfterSigningOut(early)).toBe(200)
    await early.process.kill()
  })

  const name = () => `directory_${randomUUID().slice(0, 8)}`
  /** Registered here, verified there; and how long a mail that was queued there waits. */
  async function registration(url: string, there: Instance, here: Instance) {
    await using engine = openEngine(url)
    const tokenOf = async (email: string) => {
      const mails = engine.db.selectFrom('data_mails').selectAll().where('recipient', '=', email)
      const { body, due_at } = await mails.executeTakeFirstOrThrow()
      const waitsMs = Number(due_at) - Date.now()
      return { token: /token=([\w-]+)/.exec(body)?.[1], waitsMs }
    }
    const register = async (instance: Instance) => {
      const email = `${randomUUID()}@example.test`
      const person = { email, name: 'x', password: `Correct-horse-${randomUUID()}` }
      expect((await instance.client().post('/v1/directory/people', person)).status).toBe(201)
      return tokenOf(email)
    }
    const { token } = await register(here)
    const { status } = await there.client().post('/v1/directory/verify', { token })
    const { waitsMs } = await register(there)
    return { status, isDue: waitsMs < hourMs }
  }

  async function registrationAt(offMs: number, more: object = {}) {
    const url = await besides(app.postgres.url, name())
    const here = await app.startInstance(name().replaceAll('_', '-'), ['api'], {
      directory: { url },
    })
    const there = await off(offMs, { directory: { url }, ...more })
    const found = await registration(url, there, here)
    for (const each of [here, there]) await each.process.kill()
    return found
  }

  test('a link that is good for a day is so everywhere, and a mail is due at once', async () => {
    expect(await registrationAt(48 * hourMs)).toEqual({ status: 200, isDue: true })
  })

  control('server-clock', 'the link is over and the mail late by two days', async without => {
    expect(await registrationAt(48 * hourMs, without)).toEqual({ status: 400, isDue: false })
  })
})

describe('PLT-06 locks and schedules', () => {
  test('goods are kept for who ordered them, whatever the time is at the worker', async () => {
    const keeper = await shopkeeper(app)
    const productId = await product(keeper, { stock: 1 })
    const buyer = await signedIn(app)
    const placed = (await order(buyer, [{ productId, quantity: 1 }])).body
    const statusOf = async () => (await buyer.get(`/v1/orders/${placed.id}`)).body.status
    const before = await statusOf()
    const early = await off(2 * hourMs, {}, ['worker'])
    await pause(1_500) // some rounds of it
    expect(await statusOf()).toBe(before)
    // Control: a worker that keeps goods for no time takes them back.
    const hasty = { ...config.defenceSettings, 'reservation-expiry': { keepMs: 1 } }
    const other = await app.startInstance('hasty', ['worker'], { defenceSettings: hasty })
    await eventually(statusOf, status => status !== before, 20_000)
    for (const each of [early, other]) await each.process.kill()
  }, 60_000)

  test('a message is left with who leased it', async () => {
    const sender = await signedIn(app)
    const id = await post(sender)
    const lease = `
      update messages_jobs set attempts = 1, due_at = clock_timestamp() + $2::interval
      where id = $1`
    await sql(app, lease, [id, '1 hour'])
    const early = await off(2 * hourMs, {}, ['worker'])
    await pause(1_500) // some rounds of it
    expect(await progress(sender, id)).toMatchObject({ state: 'waiting', attempts: 1 })
    // Control: when the lease is really over it is not.
    await sql(app, lease, [id, '0 seconds'])
    expect((await whenIn(sender, id, 'done')).attempts).toBe(2)
    await early.process.kill()
  }, 60_000)
})

describe('PLT-06 a clock that jumps', () => {
  test('ends tokens, not sessions, and nothing that is measured', async () => {
    const jumper = await app.startInstance('jumper', ['api'], {}, wrongClock(2 * hourMs, true))
    const person = await signedIn(app, newPerson(), jumper)
    expect((await person.get('/v1/me')).status).toBe(200)
    await jumper.process.signal('SIGUSR2')
    const seen = await eventually(
      () => person.get('/v1/me'),
      ({ status }) => status !== 200,
    )
    expect(seen.body.code).toBe('token-expired')
    // Deadlines, breakers and limits go on: nobody is refused for the time of day.
    for (let i = 0; i < 10; i++) expect((await person.get('/v1/products')).status).toBe(200)
    const { refreshToken } = person
    const refreshed = await person.post('/v1/token/refresh', { refreshToken })
    expect(refreshed.status).toBe(200)
    for (const instance of [jumper, right]) {
      const client = Object.assign(instance.client(), { token: refreshed.body.accessToken })
      expect((await client.get('/v1/me')).status).toBe(200)
    }
    await jumper.process.kill()
  })
})
