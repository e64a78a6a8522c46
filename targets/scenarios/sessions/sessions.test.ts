import { Redis } from 'ioredis'
import { afterAll, describe, expect } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import { Client } from '../client.ts'
import { at, eventually, grant, logIn, newPerson, type Person, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'

let app: Application
let redis: Redis
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    { config: { defenceSettings: { 'role-cache': { staleMs: 0 } } } },
    warm,
  )
  redis = new Redis(app.redis.port, app.redis.host)
})
afterAll(async () => {
  redis?.disconnect()
  await app?.[Symbol.asyncDispose]()
})

/** Signs in as a browser does: with a cookie instead of a token. */
async function browser(person: Person, userAgent = 'browser', from?: Client): Promise<Client> {
  const client = from ?? app.instances[0].client()
  const { username: login, password } = person
  const headers = { 'user-agent': userAgent }
  const answer = await client.post('/v1/login', { login, password }, { headers })
  client.cookie = answer.headers.get('set-cookie')?.split(';')[0]
  client.csrf = answer.body.csrfToken
  return client
}

const as = (userAgent: string) => ({ headers: { 'user-agent': userAgent } })

/** What Redis keeps of the session of a browser. */
async function kept({ cookie }: Client) {
  const key = `sessions:${cookie?.slice('sid='.length).split('.')[0]}`
  const session: Readonly<Record<string, unknown>> = JSON.parse((await redis.get(key)) ?? '{}')
  return { key, session }
}

const leave = (client: Client, body?: object) => client.send('DELETE', '/v1/me', body)

describe('SES-01 life of a session', () => {
  test('has a TTL, is renewed by use, and is gone when it ends', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    const key = `sessions:${client.sessionId}`
    expect(await redis.ttl(key)).toBeGreaterThan(3_500)
    await redis.expire(key, 100)
    const cookieClient = await browser(person)
    const id = cookieClient.cookie?.slice('sid='.length).split('.')[0]
    await redis.expire(`sessions:${id}`, 100)
    expect((await cookieClient.get('/v1/me', as('browser'))).status).toBe(200)
    expect(await redis.ttl(`sessions:${id}`)).toBeGreaterThan(3_500)
    await client.post('/v1/logout')
    expect(await redis.exists(key)).toBe(0)
    expect((await client.get('/v1/me')).body.code).toBe('session-ended')
  })

  test('expires, and leaves nothing in the index', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    const index = `sessions:of:${client.userId}`
    await redis.pexpire(`sessions:${client.sessionId}`, 1)
    await redis.zadd(index, 1, client.sessionId)
    await eventually(
      () => client.get('/v1/me'),
      each => each.status === 401,
    )
    const again = await logIn(app.instances[0].client(), person)
    expect(await redis.zrange(index, '0', '-1')).toEqual([again.sessionId])
  })

  test('control: one whose TTL was lost outlives its time', async () => {
    const client = await signedIn(app)
    const key = `sessions:${client.sessionId}`
    await redis.persist(key)
    expect(await redis.ttl(key)).toBe(-1)
    expect((await client.get('/v1/me')).status).toBe(200)
    await redis.pexpire(key, 1)
    await eventually(
      () => client.get('/v1/me'),
      each => each.status === 401,
    )
  })

  test('keeps no secret: the cookie cannot be made from what Redis holds', async () => {
    const client = await browser(await registered())
    const [id = '', secret = ''] = (client.cookie ?? '').slice('sid='.length).split('.')
    const stored = (await redis.get(`sessions:${id}`)) ?? ''
    expect(stored).toContain(id)
    expect(stored).not.toContain(secret)
  })
})

async function registered(): Promise<Person> {
  const person = newPerson()
  await signedIn(app, person)
  return person
}

describe('SES-02 and SES-03 sharing and surviving', () => {
  test('a session holds on every instance and in every kind of process', async () => {
    const client = await signedIn(app)
    for (const instance of app.instances) {
      for (const role of ['api', 'realtime', 'worker'] as const) {
        const other = instance.client(role)
        other.token = client.token
        expect((await other.get('/v1/sessions')).body.sessions).toHaveLength(1)
      }
    }
  })

  test('it survives the end of the process that made it, and a restart of Redis', async () => {
    const mortal = await app.startInstance('mortal', ['api'])
    const client = await signedIn(app, newPerson(), mortal)
    await mortal.process.kill()
    const reborn = at(await app.startInstance('reborn', ['api']), client)
    expect((await reborn.get('/v1/sessions')).body.sessions).toHaveLength(1)
    await app.redis.kill()
    await app.redis.restart()
    await eventually(
      () => reborn.get('/v1/sessions'),
      each => each.status === 200 && each.body.sessions.length === 1,
      15_000,
    )
  }, 120_000)

  test('control: it does not survive a Redis that forgets', async () => {
    const client = await signedIn(app)
    await redis.del(`sessions:${client.sessionId}`)
    expect((await client.get('/v1/me')).body.code).toBe('session-ended')
  })
})

describe('SES-04 several devices', () => {
  test('share what one of them changes', async () => {
    const person = newPerson()
    const phone = await signedIn(app, person)
    const laptop = await logIn((app.instances[1] ?? app.instances[0]).client(), person, 'laptop')
    await phone.patch('/v1/sessions/shared', { theme: 'dark' })
    expect((await laptop.get('/v1/sessions/shared')).body).toEqual({ theme: 'dark' })
    const { sessions } = (await laptop.get('/v1/sessions')).body
    expect(sessions.map((each: { device: string }) => each.device).sort()).toEqual([
      'laptop',
      'test',
    ])
  })

  test('are logged out one by one, or all at once', async () => {
    const person = newPerson()
    const one = await signedIn(app, person)
    const [two, three] = [
      await logIn(app.instances[0].client(), person),
      await logIn(app.instances[0].client(), person),
    ]
    expect((await one.delete(`/v1/sessions/${two.sessionId}`)).status).toBe(204)
    const statuses = async () =>
      Promise.all([one, two, three].map(async each => (await each.get('/v1/me')).status))
    expect(await statuses()).toEqual([200, 401, 200])
    await three.post('/v1/logout/everywhere')
    expect(await statuses()).toEqual([401, 401, 401])
    const refreshed = await one.post('/v1/token/refresh', { refreshToken: one.refreshToken })
    expect(refreshed.status).toBe(401)
  })

  test('control: one that the index of sessions has lost stays logged in', async () => {
    const person = newPerson()
    const [one, lost] = [
      await signedIn(app, person),
      await logIn(app.instances[0].client(), person),
    ]
    await redis.zrem(`sessions:of:${one.userId}`, lost.sessionId)
    await one.post('/v1/logout/everywhere')
    expect((await one.get('/v1/me')).status).toBe(401)
    expect((await lost.get('/v1/me')).status).toBe(200)
  })

  test("nobody ends another person's session", async () => {
    const [mine, other] = [await signedIn(app), await signedIn(app)]
    expect((await other.delete(`/v1/sessions/${mine.sessionId}`)).status).toBe(404)
    expect((await mine.get('/v1/me')).status).toBe(200)
  })
})

describe('SES-05 what ends which sessions', () => {
  test('a password change: all others; a role change and a deletion: all', async () => {
    const person = newPerson()
    const one = await signedIn(app, person)
    const two = await logIn(app.instances[0].client(), person)
    const bystander = await signedIn(app)
    const change = { current: person.password, next: `Next-${person.password}` }
    expect((await one.post('/v1/password/change', change)).status).toBe(204)
    expect([(await one.get('/v1/me')).status, (await two.get('/v1/me')).status]).toEqual([200, 401])

    const admin = newPerson()
    const keeper = await signedIn(app, admin)
    await grant(app, keeper.userId, 'admin')
    const roles = await keeper.put(`/v1/users/${one.userId}/roles`, { roles: ['editor'] })
    expect(roles.status).toBe(204)
    expect((await one.get('/v1/me')).status).toBe(401)

    const again = await logIn(app.instances[0].client(), { ...person, password: change.next })
    expect((await again.get('/v1/me')).body.roles).toEqual(['editor'])
    expect((await leave(again, { password: change.next })).status).toBe(204)
    expect((await again.get('/v1/me')).status).toBe(401)
    const left = await sql(app, 'select 1 from accounts_users where id = $1', [again.userId])
    expect(left).toEqual([])
    expect((await bystander.get('/v1/me')).status).toBe(200)
  })

  test('control: one that the index of sessions has lost survives a change of password', async () => {
    const person = newPerson()
    const one = await signedIn(app, person)
    const lost = await logIn(app.instances[0].client(), person)
    await redis.zrem(`sessions:of:${one.userId}`, lost.sessionId)
    const change = { current: person.password, next: `Next-${person.password}` }
    expect((await one.post('/v1/password/change', change)).status).toBe(204)
    expect((await lost.get('/v1/me')).status).toBe(200)
  })
})

describe('SES-05 an account is not deleted by whoever borrows a session', () => {
  test.each([
    ['without the password', undefined, 401, 'password-required'],
    ['with a wrong one', { password: 'Wrong-horse-1' }, 401, 'login-wrong'],
    ['with an empty one', { password: '' }, 400, 'validation'],
    ['with a code', { code: '123456' }, 400, 'validation'],
    ['with what is no text', { password: null }, 400, 'validation'],
  ])('%s', async (_name, body, status, code) => {
    const person = newPerson()
    const client = await signedIn(app, person)
    expect(await leave(client, body)).toMatchObject({ status, body: { code } })
    expect((await client.get('/v1/me')).body.username).toBe(person.username)
    expect((await leave(client, { password: person.password })).status).toBe(204)
    expect((await client.get('/v1/me')).status).toBe(401)
  })

  test('and guessing is counted like guessing at the door', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    const guess = () => leave(client, { password: 'Wrong-horse-1' })
    await eventually(guess, ({ status }) => status === 429)
    expect((await leave(client, { password: person.password })).status).toBe(429)
    expect((await client.get('/v1/me')).status).toBe(200)
  })
})

describe('SES-06 fixation and hijacking', () => {
  test('the id rotates at login, and a planted one is worth nothing', async () => {
    const [victim, attacker] = [await registered(), await registered()]
    const planted = await browser(attacker)
    const before = planted.cookie
    const client = await browser(victim, 'browser', planted)
    expect(client.cookie).not.toBe(before)
    const old = new Client(client.url)
    old.cookie = before
    expect((await old.get('/v1/me', as('browser'))).status).toBe(401)
    expect((await client.get('/v1/me', as('browser'))).body.username).toBe(victim.username)
  })

  test('a stolen cookie is refused elsewhere, a guessed secret everywhere', async () => {
    const client = await browser(await registered())
    expect((await client.get('/v1/me', as('another browser'))).status).toBe(401)
    const guess = new Client(client.url)
    guess.cookie = `${client.cookie?.split('.')[0]}.${'A'.repeat(43)}`
    expect((await guess.get('/v1/me', as('browser'))).status).toBe(401)
  })

  test('control: a session bound to another browser is taken from there', async () => {
    const person = await registered()
    const [client, other] = [await browser(person), await browser(person, 'another browser')]
    expect((await client.get('/v1/me', as('another browser'))).status).toBe(401)
    const [own, foreign] = [await kept(client), await kept(other)]
    const planted = { ...own.session, binding: foreign.session.binding }
    await redis.set(own.key, JSON.stringify(planted), 'KEEPTTL')
    expect((await client.get('/v1/me', as('another browser'))).status).toBe(200)
  })

  test('API-02: what changes something needs the CSRF token', async () => {
    const client = await browser(await registered())
    const { csrf } = client
    client.csrf = undefined
    const shared = () => client.patch('/v1/sessions/shared', { a: '1' }, as('browser'))
    expect((await shared()).body.code).toBe('csrf')
    client.csrf = 'x'.repeat(24)
    expect((await shared()).body.code).toBe('csrf')
    client.csrf = csrf
    expect((await shared()).status).toBe(200)
  })
})
