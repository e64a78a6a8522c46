import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto'
import { generate } from 'otplib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { at, eventually, grant, logIn, newPerson, signedIn, sql } from '../person.ts'

/** What is tried here is not how long one waits for a connection on a busy machine. */
const patient = { 'pool-limits': { acquireMs: 8_000 } }

let app: Application
/** Hashes one password at a time, with one waiting; keeps roles for two seconds. */
let narrow: Instance
/** Without what keeps the promises of signing in. */
let careless: Instance
const carelessly = [
  'login-throttle',
  'refresh-rotation',
  'password-bulkhead',
  'role-cache',
] as const
beforeAll(async () => {
  app = await startApplication({
    peers: ['smtp'],
    config: {
      defenceSettings: {
        ...patient,
        'refresh-rotation': { leewayMs: 300 },
        'role-cache': { staleMs: 300 },
      },
    },
  })
  const defenceSettings = { 'password-bulkhead': { concurrent: 1, waiting: 1 } }
  narrow = await app.startInstance('narrow', ['api'], { defenceSettings })
  careless = await app.startInstance('careless', ['api'], {
    defencesOff: carelessly,
    defenceSettings: patient,
  })
})
afterAll(() => app[Symbol.asyncDispose]())

async function registered() {
  const person = newPerson()
  await signedIn(app, person)
  return person
}

const codeOf = async (
  client: Client,
  person: { username: string; password: string },
  code?: string,
) =>
  (
    await client.post('/v1/login', {
      login: person.username,
      password: person.password,
      ...(code !== undefined && { code }),
    })
  ).body.code

describe('ACC-04 login', () => {
  test('notes the last login, by name and by address in any case', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    const before = (await client.get('/v1/me')).body.lastLoginAt
    await logIn(client, { ...person, username: person.email.toUpperCase() })
    const after = (await client.get('/v1/me')).body.lastLoginAt
    expect(Date.parse(after)).toBeGreaterThan(Date.parse(before))
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
    // A hash takes milliseconds; an answer without one takes a fraction of them.
    expect(unknown.ms).toBeGreaterThan(known.ms / 4)
  })
})

describe('ACC-05 brute force', () => {
  test('locks after the fifth failure, on every instance, for nobody else', async () => {
    const person = newPerson()
    await signedIn(app, person)
    const wrong = { ...person, password: 'wrong-password' }
    const [one, two] = [app.instances[0].client(), (app.instances[1] ?? app.instances[0]).client()]
    for (const client of [one, two, one, two, one]) {
      expect(await codeOf(client, wrong)).toBe('login-wrong')
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
    for (let i = 0; i < 5; i++) await codeOf(client, { ...person, password: 'wrong-password' })
    await app.redis.kill()
    await app.redis.restart()
    expect(await codeOf(client, person)).toBe('login-locked')
    await eventually(
      () => client.get('/health/ready'),
      each => each.status === 200,
    )
  })

  test('forgets when the lock is over, and after a success', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    for (let i = 0; i < 4; i++) await codeOf(client, { ...person, password: 'wrong-password' })
    await logIn(client, person)
    for (let i = 0; i < 4; i++) await codeOf(client, { ...person, password: 'wrong-password' })
    await logIn(client, person)
    for (let i = 0; i < 5; i++) await codeOf(client, { ...person, password: 'wrong-password' })
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
      expect(await codeOf(client, wrong)).toBe('login-wrong')
      expect(await codeOf(client, { ...wrong, username: person.email })).toBe('login-wrong')
    }
    expect((await change()).body.code).toBe('login-wrong')
    expect((await change()).body.code).toBe('login-locked')
    expect(await codeOf(client, person)).toBe('login-locked')
  })

  /** Thirty guesses sent at the same time, the right one among them: what each was told. */
  const guessAtOnce = async (instance: Instance) => {
    const person = newPerson()
    await signedIn(app, person)
    const guesses = Array.from({ length: 30 }, (_, index) =>
      codeOf(instance.client(), index === 29 ? person : { ...person, password: `guess-${index}` }),
    )
    return (await Promise.all(guesses)).map(code => code ?? 'let in')
  }

  test('tells no more of guesses sent at the same time', async () => {
    const told = await guessAtOnce(app.instances[0])
    expect(told.filter(code => code === 'login-wrong').length).toBeLessThanOrEqual(5)
    expect(told.at(-1)).toBe('login-locked')
  })

  control('login-throttle', 'one may guess until it is right', async () => {
    const told = await guessAtOnce(careless)
    expect(told.filter(code => code === 'login-wrong')).toHaveLength(29)
    expect(told.at(-1)).toBe('let in')
  })
})

describe('passwords at the same time', () => {
  /** What a dozen who sign in at once are told. */
  const crowd = async (instance: Instance) => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => codeOf(instance.client(), { ...newPerson() })),
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

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('ACC-07 access tokens', () => {
  test('forged, altered, foreign and expired tokens are refused', async () => {
    const client = await signedIn(app)
    const [head = '', body = '', signature = ''] = (client.token ?? '').split('.')
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
    const sign = (header: object, payload: object, secret: string) => {
      const text = `${base64(header)}.${base64(payload)}`
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
    }
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const header = { alg: 'HS256', typ: 'at+jwt' }
    const attacks = {
      'no signature': `${head}.${body}.`,
      'alg none': `${base64({ alg: 'none', typ: 'at+jwt' })}.${body}.`,
      'alg None': `${base64({ alg: 'None', typ: 'at+jwt' })}.${body}.`,
      'another algorithm': `${base64({ alg: 'HS512', typ: 'at+jwt' })}.${body}.${signature}`,
      'another person': `${head}.${base64({ ...claims, sub: randomUUID() })}.${signature}`,
      'a later end': `${head}.${base64({ ...claims, exp: claims.exp + 9_999 })}.${signature}`,
      'a foreign key': sign(header, claims, 'x'.repeat(64)),
      'a public key as secret': sign(
        header,
        claims,
        publicKey.export({ type: 'spki', format: 'pem' }) as string,
      ),
      'an empty secret': sign(header, claims, ''),
      'two tokens': `${client.token} ${client.token}`,
      nonsense: 'a.b.c',
    }
    for (const [name, token] of Object.entries(attacks)) {
      client.token = token
      expect.soft((await client.get('/v1/me')).status, name).toBe(401)
    }
  })

  test('expire, and are renewed; with RS256 too', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' })
    await using other = await startApplication({
      instances: [['api']],
      config: {
        auth: { tokens: { algorithm: 'RS256', privateKeyPem }, accessSeconds: 1 },
      },
    })
    const client = await signedIn(other)
    expect((await client.get('/v1/me')).status).toBe(200)
    const expired = await eventually(
      () => client.get('/v1/me'),
      each => each.status === 401,
    )
    expect(expired.body.code).toBe('token-expired')
    const renewed = await client.post('/v1/token/refresh', { refreshToken: client.refreshToken })
    client.token = renewed.body.accessToken
    expect((await client.get('/v1/me')).status).toBe(200)
    client.token = (await signedIn(app)).token
    expect((await client.get('/v1/me')).body.code).toBe('token-invalid')
  })
})

describe('ACC-08 refresh tokens', () => {
  const refresh = (client: Client, refreshToken: string) =>
    client.post('/v1/token/refresh', { refreshToken })

  test('work once; a second use later ends the whole family', async () => {
    const client = await signedIn(app)
    const first = client.refreshToken
    const second = (await refresh(client, first)).body.refreshToken
    const third = (await refresh(client, second)).body.refreshToken
    await sql(app, `update accounts_refresh_tokens set used_at = used_at - interval '1 minute'`)
    expect((await refresh(client, first)).body.code).toBe('refresh-reused')
    expect((await refresh(client, third)).status).toBe(401)
    expect((await client.get('/v1/me')).body.code).toBe('session-ended')
  })

  test('of many at the same time one wins, and it still works', async () => {
    const client = await signedIn(app)
    const clients = app.instances.map(each => each.client())
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        refresh(clients[index % clients.length] ?? client, client.refreshToken),
      ),
    )
    const winners = answers.filter(each => each.status === 200)
    expect(winners).toHaveLength(1)
    expect((await refresh(client, winners[0]?.body.refreshToken)).status).toBe(200)
  })

  control('refresh-rotation', 'a stolen token works for as long as its owner has it', async () => {
    const client = careless.client()
    const { refreshToken } = await logIn(client, await registered())
    const thief = careless.client()
    for (const each of [client, thief, client, thief]) {
      const renewed = await refresh(each, refreshToken)
      expect(renewed.status).toBe(200)
      each.token = renewed.body.accessToken
      expect((await each.get('/v1/me')).status).toBe(200)
    }
  })
})

describe('ACC-09 password reset', () => {
  test('works once and ends every session', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    expect((await client.post('/v1/password/forgot', { email: person.email })).status).toBe(202)
    expect((await client.post('/v1/password/forgot', { email: 'no@example.test' })).status).toBe(
      202,
    )
    const mails = await eventually(
      () => app.smtp.mailbox(person.email),
      all => all.some(mail => mail.text.includes('/reset?')),
    )
    const text = mails.find(mail => mail.text.includes('/reset?'))?.text ?? ''
    const token = /token=([\w-]+)/.exec(text)?.[1]
    const next = { ...person, password: `Another-${randomUUID()}` }
    const reset = () => client.post('/v1/password/reset', { token, password: next.password })
    expect((await reset()).status).toBe(204)
    expect((await reset()).status).toBe(400)
    expect((await client.get('/v1/me')).status).toBe(401)
    expect(await codeOf(client, person)).toBe('login-wrong')
    await logIn(client, next)
  })
})

describe('ACC-10 second factor', () => {
  test('is asked for, taken once, tolerates one step, and has recovery codes', async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    const { secret, uri } = (await client.post('/v1/mfa')).body
    expect(uri).toMatch(/^otpauth:\/\/totp\//)
    const now = Math.floor(Date.now() / 1_000)
    const codeAt = (epoch: number) => generate({ secret, epoch })
    const early = await codeAt(now - 30)
    expect((await client.post('/v1/mfa/confirm', { code: '000000' })).status).toBe(401)
    const confirmed = await client.post('/v1/mfa/confirm', { code: early })
    expect(confirmed.body.recoveryCodes).toHaveLength(10)
    expect(await codeOf(client, person)).toBe('mfa-required')
    expect(await codeOf(client, person, early)).toBe('mfa-wrong') // it was used to confirm
    const code = await codeAt(now)
    expect(await codeOf(client, person, code)).toBeUndefined()
    expect(await codeOf(client, person, code)).toBe('mfa-wrong')
    expect(await codeOf(client, person, await codeAt(now + 120))).toBe('mfa-wrong')
    const [recovery] = confirmed.body.recoveryCodes
    expect(await codeOf(client, person, recovery)).toBeUndefined()
    expect(await codeOf(client, person, recovery)).toBe('mfa-wrong')
  })
})

describe('ACC-11 roles', () => {
  const newProduct = () => ({ sku: randomUUID(), name: 'x', price: '1.00' })
  const asked = {
    'change products': (client: Client) => client.post('/v1/products', newProduct()),
    'give roles': (client: Client) => client.put(`/v1/users/${randomUUID()}/roles`, { roles: [] }),
  }
  const allowed = { admin: [201, 404], support: [403, 403], editor: [403, 403], none: [403, 403] }

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
    const person = newPerson()
    const client = await signedIn(app, person)
    await grant(app, client.userId, 'admin')
    await eventually(
      () => asked['change products'](client),
      each => each.status === 201,
    )
    await app.redis.kill()
    try {
      expect((await asked['change products'](client)).status).toBe(201)
      await sql(app, 'delete from identity_roles where user_id = $1', [client.userId])
      await eventually(
        () => asked['change products'](client),
        each => each.status === 403,
        1_500,
      )
    } finally {
      await app.redis.restart()
    }
  })

  /** How many statements it takes this instance to say twenty times who is calling. */
  const statementsFor = async (instance: Instance) => {
    const client = at(instance, await signedIn(app))
    const count = async () =>
      Number(/^pg_queries_total\{.*\} (\d+)/m.exec((await client.get('/metrics')).body)?.[1])
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
