import { Redis } from 'ioredis'
import { afterAll, afterEach, describe, expect } from 'vitest'
import { followRedirects } from '../../oauth/follow-redirects.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Answer } from '../client.ts'
import { control } from '../control.ts'
import { eventually, newPerson, sql } from '../person.ts'
import { test } from '../warm.ts'

const callbackUrl = 'http://localhost/v1/oauth/callback'
const everyone = ['api'] as const
/** The first instance starts a sign-in, the second ends it. */
let app: Application
/** Flows expire after a second. */
let hasty: Instance
/** Has no limits: the control. */
let patient: Instance
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    {
      peers: ['oauth'],
      instances: [everyone, everyone],
      // A provider on a busy machine is not a silent one.
      config: { defenceSettings: { 'oauth-limits': { timeoutMs: 2_000 } } },
    },
    warm,
  )
  hasty = await app.startInstance('hasty', everyone, {
    defenceSettings: { 'oauth-limits': { flowSeconds: 1 } },
  })
  patient = await app.startInstance('patient', everyone, {
    defencesOff: ['oauth-limits', 'request-deadline'],
  })
})
afterEach(() => app.oauth.admin.heal())
afterAll(() => app?.[Symbol.asyncDispose]())

interface Started {
  readonly url: URL
  readonly cookie: string
}

async function start(instance = app.instances[0]): Promise<Started> {
  const answer = await instance.client().post('/v1/oauth/start')
  if (answer.status !== 200) throw new Error(`not started: ${JSON.stringify(answer.body)}`)
  const cookie = /oauth=[\w-]+/.exec(answer.headers.get('set-cookie') ?? '')?.[0] ?? ''
  return { url: new URL(answer.body.authorizationUrl), cookie }
}

/** What the browser does: signs in at the provider, and comes back with a code. */
function visit({ url }: Started, who = 'ada'): Promise<URL> {
  const there = new URL(url)
  there.searchParams.set('login_hint', who)
  return followRedirects(there, callbackUrl)
}

function comeBack(callback: URL, cookie: string, instance = app.instances[0]): Promise<Answer> {
  const client = instance.client()
  client.cookie = cookie
  return client.get(`/v1/oauth/callback${callback.search}`)
}

async function signInAs(who: string, instance = app.instances[0]): Promise<Answer> {
  const flow = await start(instance)
  return comeBack(await visit(flow, who), flow.cookie, instance)
}

/** Makes a session this much older. */
async function setBack(sessionId: string, ms: number): Promise<void> {
  const redis = new Redis(app.redis.port, app.redis.host)
  const key = `sessions:${sessionId}`
  const session = JSON.parse((await redis.get(key)) ?? '{}')
  const createdAt = new Date(Date.parse(session.createdAt) - ms).toISOString()
  await redis.set(key, JSON.stringify({ ...session, createdAt }), 'KEEPTTL')
  redis.disconnect()
}

describe('ACC-12 OAuth 2.0 with PKCE', () => {
  test('signs a person in, begun at one instance and ended at another, as one user', async () => {
    const flow = await start()
    expect(flow.url.searchParams.get('code_challenge_method')).toBe('S256')
    const [, other = app.instances[0]] = app.instances
    const answer = await comeBack(await visit(flow), flow.cookie, other)
    expect(answer.status).toBe(200)
    const client = other.client()
    client.token = answer.body.accessToken
    expect((await client.get('/v1/me')).body).toMatchObject({ email: 'ada@example.test' })
    expect((await signInAs('ada')).body.userId).toBe(answer.body.userId)
    expect((await signInAs('bob')).body.userId).not.toBe(answer.body.userId)
  })

  test('refuses a forged state, another browser, and the same callback again', async () => {
    const flow = await start()
    const callback = await visit(flow)
    const refused = { status: 400, body: { code: 'oauth-state', outcome: 'not-done' } }
    const forged = new URL(callback)
    forged.searchParams.set('state', 'forged')
    expect(await comeBack(forged, flow.cookie)).toMatchObject(refused)
    const victim = await start()
    expect(await comeBack(callback, victim.cookie)).toMatchObject(refused)
    expect(await comeBack(callback, flow.cookie), 'a tried state is used').toMatchObject(refused)

    const mine = await start()
    const back = await visit(mine)
    expect((await comeBack(back, mine.cookie)).status).toBe(200)
    expect(await comeBack(back, mine.cookie)).toMatchObject(refused)
    expect((await app.instances[0].client().get('/v1/oauth/callback')).status).toBe(400)
  })

  test('refuses a code from another flow, since the verifier does not fit', async () => {
    const attacker = await start()
    const stolen = (await visit(attacker, 'bob')).searchParams.get('code') ?? ''
    const victim = await start()
    const callback = await visit(victim)
    callback.searchParams.set('code', stolen)
    expect(await comeBack(callback, victim.cookie)).toMatchObject({
      status: 400,
      body: { code: 'oauth-refused' },
    })
  })

  test('tells the person who was refused by the provider, or who took too long', async () => {
    expect(await signInAs('nobody')).toMatchObject({
      status: 400,
      body: { code: 'oauth-refused' },
    })
    const flow = await start(hasty)
    const callback = await visit(flow)
    await new Promise(resolve => setTimeout(resolve, 1_100))
    expect(await comeBack(callback, flow.cookie, hasty)).toMatchObject({
      status: 400,
      body: { code: 'oauth-state' },
    })
  })

  test('serves many flows of one person at once, with one user', async () => {
    // Without limits: a busy machine must not decide what is asked here.
    const flows = Array.from({ length: 10 }, () => signInAs('bob', patient))
    const answers = await Promise.all(flows)
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(new Set(answers.map(({ body }) => body.userId)).size).toBe(1)
    const text = 'select count(*)::int as n from accounts_users where email_key = $1'
    expect(await sql(app, text, ['bob@example.test'])).toEqual([{ n: 1 }])
  })

  test('never takes over an account that has the same address', async () => {
    await sql(app, "delete from accounts_users where email_key = 'bob@example.test'")
    const owner = { ...newPerson(), email: 'Bob@Example.test' }
    await app.instances[0].client().post('/v1/accounts', owner)
    expect(await signInAs('bob')).toMatchObject({ status: 409, body: { code: 'email-taken' } })
    await sql(app, "delete from accounts_users where email_key = 'bob@example.test'")
    expect((await signInAs('bob')).status).toBe(200)
  })

  test('lets who has no password delete the account after signing in anew', async () => {
    const client = app.instances[0].client()
    const signIn = async () => {
      const { body } = await signInAs('bob')
      client.token = body.accessToken
      return body
    }
    const { userId, sessionId } = await signIn()
    await setBack(sessionId, 6 * 60_000)
    for (const body of [undefined, { password: 'Correct-horse-1' }]) {
      expect(await client.send('DELETE', '/v1/me', body)).toMatchObject({
        status: 401,
        body: { code: 'sign-in-again' },
      })
    }
    expect((await client.get('/v1/me')).body.id).toBe(userId)
    await signIn()
    expect((await client.delete('/v1/me')).status).toBe(204)
    expect((await signIn()).userId).not.toBe(userId)
  })

  test('refreshes an expired token once, however many ask at once, again and again', async () => {
    const client = app.instances[0].client()
    client.token = (await signInAs('ada')).body.accessToken
    const tokens = async () =>
      (await sql<{ tokens: string }>(app, 'select tokens from accounts_oauth_grants')).map(
        row => row.tokens,
      )
    for (let round = 0; round < 2; round++) {
      await sql(app, 'update accounts_oauth_grants set expires_at = now()')
      const before = await tokens()
      const asked = Array.from({ length: 5 }, () => client.get('/v1/oauth/profile'))
      for (const answer of await Promise.all(asked)) {
        expect(answer).toMatchObject({ status: 200, body: { sub: 'ada', name: 'Ada' } })
      }
      expect(await tokens()).not.toEqual(before)
    }
    expect((await tokens()).join()).not.toContain('accessToken')
  })

  test.each([
    ['away', { kind: 'away' }],
    ['failing', { kind: 'status', status: 503, on: 'POST /token' }],
    ['slow', { kind: 'slow', delayMs: 12_000, on: 'POST /token' }],
    ['silent', { kind: 'hang', on: 'POST /token' }],
  ] as const)('answers honestly and in time while the provider is %s', async (_name, fault) => {
    const flow = await start()
    const callback = await visit(flow)
    await app.oauth.admin.post(fault)
    const began = performance.now()
    const answer = await comeBack(callback, flow.cookie)
    expect(performance.now() - began).toBeLessThan(6_000)
    expect(answer).toMatchObject({ status: 503, body: { code: 'oauth-unavailable' } })
    expect(answer.headers.get('retry-after')).toBe('1')
    await app.oauth.admin.heal()
    const back = () => signInAs('ada')
    await eventually(back, ({ status }) => status === 200, 15_000)
  })

  control(['oauth-limits', 'request-deadline'], 'a silent provider hangs the person', async () => {
    const flow = await start(patient)
    const callback = await visit(flow)
    await app.oauth.admin.post({ kind: 'hang', on: 'POST /token' })
    const asked = comeBack(callback, flow.cookie, patient).catch(() => 'ended')
    const late = new Promise(resolve => setTimeout(resolve, 1_500, 'still waiting'))
    expect(await Promise.race([asked, late])).toBe('still waiting')
    await app.oauth.kill()
    await asked
    await app.oauth.restart()
  })
})
