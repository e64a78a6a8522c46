import { createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'
import { generate } from 'otplib'
import { afterAll, describe, expect } from 'vitest'
import { z } from 'zod'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { eventually, logIn, newPerson, refusalOf, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'

const secret = randomBytes(32).toString('hex')
const foreign = randomBytes(32).toString('hex')
const [rsa, otherRsa] = [rsaKeys(), rsaKeys()]

let app: Application
/** Signs with RS256, and its tokens last a second. */
let rs256: Instance
/** Never replaces a refresh token. */
let careless: Instance
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    {
      instances: [['api'], ['api']],
      config: {
        auth: { tokens: { algorithm: 'HS256', secret } },
        // A busy machine takes its time for all of those who come at once.
        defenceSettings: { 'refresh-rotation': { leewayMs: 10_000 } },
      },
    },
    warm,
  )
  const tokens = { algorithm: 'RS256', privateKeyPem: rsa.privateKey }
  ;[rs256, careless] = await Promise.all([
    app.startInstance('rs256', ['api'], {
      auth: { tokens, accessSeconds: 1 },
      defenceSettings: { 'clock-leeway': { seconds: 0 } },
    }),
    app.startInstance('careless', ['api'], { defencesOff: ['refresh-rotation'] }),
  ])
})
afterAll(() => app?.[Symbol.asyncDispose]())

function rsaKeys() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
}

const claims = z.looseObject({ sub: z.string(), iat: z.number(), exp: z.number() })
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What a token says. */
function claimsOf(token = '') {
  return claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
}

function withHs256(payload: object, key: string, header: object = {}): string {
  const text = `${encoded({ alg: 'HS256', typ: 'at+jwt', ...header })}.${encoded(payload)}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

function withRs256(payload: object, privateKey: string, header: object = {}): string {
  const text = `${encoded({ alg: 'RS256', typ: 'at+jwt', ...header })}.${encoded(payload)}`
  return `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`
}

/** Which of these tokens are taken for somebody. */
async function accepted(instance: Instance, tokens: Readonly<Record<string, string>>) {
  const client = instance.client()
  const names: string[] = []
  for (const [name, token] of Object.entries(tokens)) {
    client.token = token
    const { status, body } = await client.get('/v1/me')
    if (status === 200) names.push(name)
    else expect([name, status, body.code]).toEqual([name, 401, expect.stringMatching(/^token-/)])
  }
  return names
}

describe('ACC-07 access tokens', () => {
  test('of HS256 that are forged, altered, foreign or for something else are refused', async () => {
    const { token = '' } = await signedIn(app)
    const [head = '', body = '', signature = ''] = token.split('.')
    const said = claimsOf(token)
    const { exp: _, ...endless } = said
    const attacks = {
      'no signature': `${head}.${body}.`,
      'alg none': `${encoded({ alg: 'none', typ: 'at+jwt' })}.${body}.`,
      'alg None': `${encoded({ alg: 'None', typ: 'at+jwt' })}.${body}.`,
      'another algorithm': `${encoded({ alg: 'HS512', typ: 'at+jwt' })}.${body}.${signature}`,
      'another person': `${head}.${encoded({ ...said, sub: randomUUID() })}.${signature}`,
      'a later end': `${head}.${encoded({ ...said, exp: said.exp + 9_999 })}.${signature}`,
      'a foreign key': withHs256(said, foreign),
      'an empty secret': withHs256(said, ''),
      'a key by path': withHs256(said, '', { kid: '../../../../dev/null' }),
      'a key brought along': withHs256(said, foreign, {
        jwk: { kty: 'oct', k: Buffer.from(foreign).toString('base64url') },
      }),
      'what must be understood': withHs256(said, secret, { crit: ['x'], x: 1 }),
      'another kind of token': withHs256(said, secret, { typ: 'JWT' }),
      'another audience': withHs256({ ...said, aud: 'elsewhere' }, secret),
      'another issuer': withHs256({ ...said, iss: 'elsewhere' }, secret),
      'no end': withHs256(endless, secret),
      'an end that is past': withHs256({ ...said, exp: said.iat - 3_600 }, secret),
      'a beginning to come': withHs256({ ...said, nbf: said.exp + 3_600 }, secret),
      'no person': withHs256({ ...said, sub: 'admin' }, secret),
      'no object': withHs256([], secret),
      'two tokens': `${token} ${token}`,
      nonsense: 'a.b.c',
    }
    expect(await accepted(app.instances[0], attacks)).toEqual([])
  })

  test('of RS256 neither, nor is its public key a secret', async () => {
    const { token = '' } = await signedIn(app, newPerson(), rs256)
    const said = { ...claimsOf(token), exp: claimsOf(token).exp + 3_600 }
    const { publicKey } = otherRsa
    const attacks = {
      'a public key as secret': withHs256(said, rsa.publicKey),
      'a public key as secret, trimmed': withHs256(said, rsa.publicKey.trim()),
      'a foreign key': withRs256(said, otherRsa.privateKey),
      'a key brought along': withRs256(said, otherRsa.privateKey, {
        jwk: { kty: 'RSA', n: Buffer.from(publicKey).toString('base64url'), e: 'AQAB' },
      }),
      'a key elsewhere': withRs256(said, otherRsa.privateKey, { jku: 'http://127.0.0.1:2/keys' }),
      'alg none': `${encoded({ alg: 'none', typ: 'at+jwt' })}.${encoded(said)}.`,
    }
    expect(await accepted(rs256, attacks)).toEqual([])
  })

  test('control: made by the same hands with the right key they are taken', async () => {
    const hs = claimsOf((await signedIn(app)).token)
    const rs = claimsOf((await signedIn(app, newPerson(), rs256)).token)
    expect(await accepted(app.instances[0], { own: withHs256(hs, secret) })).toEqual(['own'])
    const own = withRs256({ ...rs, exp: rs.exp + 3_600 }, rsa.privateKey)
    expect(await accepted(rs256, { own })).toEqual(['own'])
  })

  test('expire, and are renewed', async () => {
    const client = await signedIn(app, newPerson(), rs256)
    const expired = await eventually(
      () => client.get('/v1/me'),
      each => each.status === 401,
    )
    expect(expired.body.code).toBe('token-expired')
    const renewed = await client.post('/v1/token/refresh', { refreshToken: client.refreshToken })
    expect(renewed.status).toBe(200)
    expect(claimsOf(renewed.body.accessToken).exp).toBeGreaterThan(claimsOf(client.token).exp)
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

  test('give the same successor again when their answer was lost, as long as it is unused', async () => {
    const client = await signedIn(app)
    const lost = (await refresh(client, client.refreshToken)).body.refreshToken
    await sql(app, `update accounts_refresh_tokens set used_at = used_at - interval '2.5 s'`)
    const again = await refresh(client, client.refreshToken)
    expect(again).toMatchObject({ status: 200, body: { refreshToken: lost } })
    expect((await refresh(client, lost)).status).toBe(200)
    // Now somebody has it: the older one is refused, and nobody is signed out for it.
    expect((await refresh(client, client.refreshToken)).body.code).toBe('refresh-raced')
    expect((await client.get('/v1/me')).status).toBe(200)
  })

  test('of many at the same time all get one successor, and it works', async () => {
    const client = await signedIn(app)
    const clients = app.instances.map(each => each.client())
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        refresh(clients[index % clients.length] ?? client, client.refreshToken),
      ),
    )
    expect(answers.map(each => each.status)).toEqual(Array(10).fill(200))
    const successors = new Set(answers.map(each => each.body.refreshToken))
    expect(successors.size).toBe(1)
    expect((await refresh(client, [...successors][0] ?? '')).status).toBe(200)
  })

  control('refresh-rotation', 'a stolen token works for as long as its owner has it', async () => {
    const client = careless.client()
    const person = newPerson()
    await signedIn(app, person)
    const { refreshToken } = await logIn(client, person)
    const thief = careless.client()
    for (const each of [client, thief, client, thief]) {
      const renewed = await refresh(each, refreshToken)
      expect(renewed.status).toBe(200)
      each.token = renewed.body.accessToken
      expect((await each.get('/v1/me')).status).toBe(200)
    }
  })
})

describe('ACC-10 second factor', () => {
  const stepSeconds = 30
  const now = () => Math.floor(Date.now() / 1_000)

  /** A person with a second factor, just switched on. */
  const enrolled = async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    const { secret, uri } = (await client.post('/v1/mfa')).body
    expect(uri).toMatch(/^otpauth:\/\/totp\//)
    const codeAt = (epoch: number) => generate({ secret, epoch })
    expect((await client.post('/v1/mfa/confirm', { code: '000000' })).status).toBe(401)
    const confirmed = await client.post('/v1/mfa/confirm', { code: await codeAt(now()) })
    expect(confirmed.body.recoveryCodes).toHaveLength(10)
    /** As if no code had been used yet. */
    const forget = () =>
      sql(app, 'update accounts_users set mfa_last_step = 0 where id = $1', [client.userId])
    /** What signing in says with a code of so many steps from now. */
    const signInWith = async (steps: number): Promise<string | undefined> => {
      for (;;) {
        const at = now()
        const said = await refusalOf(client, person, await codeAt(at + steps * stepSeconds))
        const isSameStep = Math.floor(at / stepSeconds) === Math.floor(now() / stepSeconds)
        if (isSameStep) return said // else it was for another step than it was meant for
        await forget()
      }
    }
    return { person, client, confirmed, signInWith, forget }
  }

  test('is asked for, and takes a code once', async () => {
    const { person, client, signInWith, forget } = await enrolled()
    expect(await refusalOf(client, person)).toBe('mfa-required')
    await forget()
    expect(await signInWith(0)).toBeUndefined()
    expect(await signInWith(0)).toBe('mfa-wrong')
  })

  test('control: a code whose use is forgotten is taken again', async () => {
    const { signInWith, forget } = await enrolled()
    for (let i = 0; i < 2; i++) {
      await forget()
      expect(await signInWith(0)).toBeUndefined()
    }
  })

  test('tolerates one step to either side, and no more', async () => {
    const { signInWith, forget } = await enrolled()
    for (const steps of [-1, 0, 1]) {
      await forget()
      expect(await signInWith(steps), `${steps}`).toBeUndefined()
    }
    for (const steps of [-3, 3]) {
      await forget()
      expect(await signInWith(steps), `${steps}`).toBe('mfa-wrong')
    }
  })

  test('has recovery codes that work once, and is switched off with a code only', async () => {
    const { person, client, confirmed } = await enrolled()
    const [recovery, other] = confirmed.body.recoveryCodes
    expect(await refusalOf(client, person, recovery)).toBeUndefined()
    expect(await refusalOf(client, person, recovery)).toBe('mfa-wrong')
    expect((await client.post('/v1/mfa/disable', { code: '000000' })).status).toBe(401)
    expect(await refusalOf(client, person)).toBe('mfa-required')
    expect((await client.post('/v1/mfa/disable', { code: other })).status).toBe(204)
    expect(await refusalOf(client, person)).toBeUndefined()
  })

  test('is not to be guessed: wrong codes lock the door like wrong passwords', async () => {
    const { person, client } = await enrolled()
    for (let i = 0; i < 5; i++)
      expect(await refusalOf(client, person, 'wrong-code')).toBe('mfa-wrong')
    expect(await refusalOf(client, person, 'wrong-code')).toBe('login-locked')
    expect((await client.post('/v1/mfa/disable', { code: 'wrong-code' })).status).toBe(429)
  })
})
