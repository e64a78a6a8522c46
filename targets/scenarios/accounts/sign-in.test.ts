import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { figure } from '../figure.ts'
import {
  at,
  eventually,
  grant,
  isWhole,
  logIn,
  newPerson,
  refusalOf,
  signedIn,
  sql,
} from '../person.ts'
import { test } from '../warm.ts'

/** What is tried here is not how long one waits for a connection on a busy machine. */
const patient = { 'pool-limits': { acquireMs: 8_000 } }

let app: Application
/** Hashes one password at a time, with one waiting; keeps roles for longer than any test. */
let narrow: Instance
/** Without what keeps the promises of signing in. */
let careless: Instance
const carelessly = [
  'login-throttle',
  'refresh-rotation',
  'password-bulkhead',
  'role-cache',
] as const
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    {
      instances: [['api'], ['api']],
      config: {
        defenceSettings: {
          ...patient,
          'role-cache': { staleMs: 300 },
        },
      },
    },
    warm,
  )
  const bulkhead = { concurrent: 1, waiting: 1 }
  ;[narrow, careless] = await Promise.all([
    app.startInstance('narrow', ['api'], {
      defenceSettings: {
        ...patient,
        'password-bulkhead': bulkhead,
        'role-cache': { staleMs: 600_000 },
      },
    }),
    app.startInstance('careless', ['api'], {
      defencesOff: carelessly,
      defenceSettings: patient,
    }),
  ])
})
afterAll(() => app[Symbol.asyncDispose]())

describe('ACC-04 login', () => {
  test('notes the last login, by name and by address in any case', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    const before = (await client.get('/v1/me')).body.lastLoginAt
    await logIn(client, { ...person, username: person.email.toUpperCase() })
    const after = (await client.get('/v1/me')).body.lastLoginAt
    expect(Date.parse(`${after}`)).toBeGreaterThan(Date.parse(`${before}`))
  })

  test('control: where the database forgets a login, it is not noted', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    const before = (await client.get('/v1/me')).body.lastLoginAt
    await sql(
      app,
      `create function test_forget() returns trigger language plpgsql as
       $$ begin new.last_login_at = old.last_login_at; return new; end $$`,
    )
    await sql(
      app,
      `create trigger test_forget before update on accounts_users
       for each row when (old.id = '${client.userId}') execute function test_forget()`,
    )
    await logIn(client, person)
    expect((await client.get('/v1/me')).body.lastLoginAt).toBe(before)
    await sql(app, 'drop function test_forget() cascade')
  })

  test('says the same, and as slowly, for a wrong password and for nobody', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    const timed = async (login: string) => {
      const began = performance.now()
      const { status, body } = await client.post('/v1/login', { login, password: 'wrong-password' })
      const { instance: _, ...said } = body
      return { status, said, ms: performance.now() - began }
    }
    await timed(newPerson().username) // the first one warms up
    const known = await timed(person.username)
    const unknown = await timed(newPerson().username)
    expect(known.status).toBe(401)
    expect(unknown.said).toEqual(known.said)
    // The quickest of three each: a machine that does much else holds up single ones.
    const quickest = async (first: number, login: () => string) =>
      Math.min(first, (await timed(login())).ms, (await timed(login())).ms)
    const knownMs = await quickest(known.ms, () => person.username)
    const unknownMs = await quickest(unknown.ms, () => newPerson().username)
    // A hash takes milliseconds; an answer without one takes a fraction of them.
    expect(unknownMs).toBeGreaterThan(knownMs / 4)
  })
})

describe('ACC-05 brute force', () => {
  test('locks after the fifth failure, on every instance, for nobody else', async () => {
    const person = newPerson()
    await signedIn(app, person)
    const wrong = { ...person, password: 'wrong-password' }
    const [one, two] = [app.instances[0].client(), (app.instances[1] ?? app.instances[0]).client()]
    for (const client of [one, two, one, two, one]) {
      expect(await refusalOf(client, wrong)).toBe('login-wrong')
    }
    const locked = await two.post('/v1/login', {
      login: person.username,
      password: person.password,
    })
    expect(locked).toMatchObject({ status: 429, body: { code: 'login-locked' } })
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800)
    await signedIn(app)
  })

  test('remembers through a restart of the cache', async () => {
    const person = newPerson()
    await signedIn(app, person)
    const client = app.instances[0].client()
    for (let i = 0; i < 5; i++) await refusalOf(client, { ...person, password: 'wrong-password' })
    await app.redis.kill()
    await app.redis.restart()
    expect(await refusalOf(client, person)).toBe('login-locked')
    await eventually(() => isWhole(app.instances[0]), Boolean)
  })

  test('forgets when the lock is over, and after a success', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    for (let i = 0; i < 4; i++) await refusalOf(client, { ...person, password: 'wrong-password' })
    await logIn(client, person)
    for (let i = 0; i < 4; i++) await refusalOf(client, { ...person, password: 'wrong-password' })
    await logIn(client, person)
    for (let i = 0; i < 5; i++) await refusalOf(client, { ...person, password: 'wrong-password' })
    await sql(
      app,
      `update accounts_login_failures set locked_until = now(),
         last_failed_at = now() - interval '1 day' where login_key = $1`,
      [person.username],
    )
    await logIn(client, person)
  })

  test('counts a person once, by name and by address, and whoever changes a password', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    const wrong = { ...person, password: 'wrong-password' }
    const change = () =>
      client.post('/v1/password/change', { current: 'wrong-password', next: 'A-new-passphrase' })
    for (let i = 0; i < 2; i++) {
      expect(await refusalOf(client, wrong)).toBe('login-wrong')
      expect(await refusalOf(client, { ...wrong, username: person.email })).toBe('login-wrong')
    }
    expect((await change()).body.code).toBe('login-wrong')
    expect((await change()).body.code).toBe('login-locked')
    expect(await refusalOf(client, person)).toBe('login-locked')
  })

  /** How many of a dozen guesses sent at the same time were told to be wrong; then the right one. */
  const guessAtOnce = async (instance: Instance) => {
    const person = newPerson()
    await signedIn(app, person)
    const guesses = Array.from({ length: 12 }, (_, index) =>
      refusalOf(instance.client(), { ...person, password: `guess-${index}` }),
    )
    const told = await Promise.all(guesses)
    const wrong = told.filter(code => code === 'login-wrong').length
    return { wrong, right: await refusalOf(instance.client(), person) }
  }

  test('tells no more of guesses sent at the same time', async () => {
    const { wrong, right } = await guessAtOnce(app.instances[0])
    expect(wrong).toBeLessThanOrEqual(5)
    expect(right).toBe('login-locked')
  })

  control('login-throttle', 'one may guess until it is right', async () => {
    expect(await guessAtOnce(careless)).toEqual({ wrong: 12, right: undefined })
  })
})

describe('passwords at the same time', () => {
  /** What a dozen who sign in at once are told. */
  const crowd = async (instance: Instance) => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => refusalOf(instance.client(), { ...newPerson() })),
    )
    return new Set(answers)
  }

  test('who would have to wait too long is refused at once', async () => {
    expect(await crowd(narrow)).toEqual(new Set(['login-wrong', 'busy']))
    const refused = await Promise.all(
      Array.from({ length: 12 }, () => narrow.client().post('/v1/accounts', newPerson())),
    )
    const busy = refused.find(({ status }) => status === 503)
    expect(busy?.headers.get('retry-after')).toBe('1')
  })

  control('password-bulkhead', 'nobody is refused, however long they wait', async () => {
    expect(await crowd(careless)).toEqual(new Set(['login-wrong']))
  })
})

describe('ACC-11 roles', () => {
  const newProduct = () => ({ sku: randomUUID(), name: 'x', price: '1.00' })
  const somebody = randomUUID()
  /** One thing for each permission. */
  const asked = {
    'change products': (client: Client) => client.post('/v1/products', newProduct()),
    'give roles': (client: Client) => client.put(`/v1/users/${somebody}/roles`, { roles: [] }),
    'send orders': (client: Client) => client.post(`/v1/orders/${somebody}/ship`),
    'write posts': (client: Client) => client.post('/v1/drafts', { title: 'x', body: 'x' }),
    "see others' drafts": (client: Client) => client.get(`/v1/drafts/${foreignDraft}`),
    'see dead letters': (client: Client) => client.get('/v1/dead-letters'),
  }
  const allowed = {
    admin: [201, 404, 404, 201, 200, 200],
    support: [403, 403, 404, 403, 403, 200],
    editor: [403, 403, 403, 201, 200, 403],
    author: [403, 403, 403, 201, 404, 403],
    none: [403, 403, 403, 403, 403, 403],
  }
  let foreignDraft: string
  beforeAll(async () => {
    const author = await signedIn(app)
    await grant(app, author.userId, 'author')
    const draft = () => author.post('/v1/drafts', { title: 'not yours', body: 'x' })
    foreignDraft = (await eventually(draft, ({ status }) => status === 201)).body.id
  })

  test.each(Object.entries(allowed))('%s may do what the table says', async (role, statuses) => {
    const person = newPerson()
    const client = await signedIn(app, person)
    if (role !== 'none') await grant(app, client.userId, role)
    await eventually(
      () => client.get('/v1/me'),
      me => role === 'none' || me.body.roles.includes(role),
    )
    const answers = await Promise.all(Object.values(asked).map(ask => ask(client)))
    expect(answers.map(each => each.status)).toEqual(statuses)
  })

  test('nobody without a token may do anything', async () => {
    const client = app.instances[0].client()
    for (const ask of Object.values(asked)) expect((await ask(client)).status).toBe(401)
  })

  test('a revoked role ends within its bound, also while the cache is down', async () => {
    const client = await signedIn(app)
    await grant(app, client.userId, 'admin')
    const there = at(narrow, client)
    const may = async () =>
      Promise.all([client, there].map(async each => (await asked['change products'](each)).status))
    await eventually(may, ([bounded]) => bounded === 201)
    await eventually(may, ([, unbounded]) => unbounded === 201)
    await app.redis.kill()
    try {
      expect(await may()).toEqual([201, 201])
      await sql(app, 'delete from identity_roles where user_id = $1', [client.userId])
      const [, control] = await eventually(may, ([bounded]) => bounded === 403, 10_000)
      expect(control, 'with a longer bound it is still given').toBe(201)
    } finally {
      await app.redis.restart()
    }
  })

  /** How many statements it takes this instance to say twenty times who is calling. */
  const statementsFor = async (instance: Instance) => {
    const client = at(instance, await signedIn(app))
    const count = () => figure(instance, 'pg_queries_total', {}, 'api')
    const before = await count()
    for (let i = 0; i < 20; i++) expect((await client.get('/v1/me')).status).toBe(200)
    return (await count()) - before
  }

  test('are not read again for every request', async () => {
    expect(await statementsFor(narrow)).toBeLessThan(30)
  })

  control('role-cache', 'they are', async () => {
    expect(await statementsFor(careless)).toBeGreaterThanOrEqual(40)
  })
})
