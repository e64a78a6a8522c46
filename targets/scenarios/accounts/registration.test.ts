import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import { patience } from '../patience.ts'
import { eventually, logIn, newPerson, type Person, refusalOf, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'

let app: Application
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ peers: ['smtp'], config: { defenceSettings: patience } }, warm)
})
afterAll(() => app[Symbol.asyncDispose]())

const mailTo = (email: string) =>
  eventually(
    () => app.smtp.mailbox(email),
    mails => mails.length > 0,
  )

async function tokenMailedTo(email: string): Promise<string> {
  const mails = await mailTo(email)
  const token = /token=([\w-]+)/.exec(mails.at(-1)?.text ?? '')?.[1]
  if (!token) throw new Error('The mail holds no token.')
  return token
}

/** How many rows have this name or this address, in any letter case. */
const countOf = async ({ username, email }: { username: unknown; email: unknown }) => {
  const text = `
    select count(*)::int as n from accounts_users
    where username_key = lower($1) or email_key = lower($2)`
  return (await sql<{ n: number }>(app, text, [`${username}`, `${email}`]))[0]?.n
}

describe('ACC-01 registration', () => {
  test('ends in a session after the mailed token is confirmed', async () => {
    const person = newPerson()
    const client = app.instances[0].client()
    expect(await client.post('/v1/accounts', person)).toMatchObject({ status: 201 })
    const token = await tokenMailedTo(person.email)
    const verified = await client.post('/v1/accounts/verify', { token })
    expect(verified.status).toBe(200)
    expect(verified.headers.get('set-cookie')).toMatch(/sid=.+HttpOnly.+SameSite=Lax/)
    client.token = verified.body.accessToken
    expect((await client.get('/v1/me')).body).toMatchObject({ username: person.username })
    const stored = await sql<{ hash: string }>(
      app,
      'select password_hash as hash from accounts_users where username = $1',
      [person.username],
    )
    expect(stored[0]?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  test('loses no mail while the mail server refuses', async () => {
    const person = newPerson()
    const fault = await app.smtp.admin.post({ kind: 'greylist', times: 2 })
    await app.instances[0].client().post('/v1/accounts', person)
    const mails = await eventually(
      () => app.smtp.mailbox(person.email),
      all => all.length > 0,
      15_000,
    )
    expect(mails).toHaveLength(1)
    expect(await app.smtp.admin.landed(fault)).toBeGreaterThan(0)
    await app.smtp.admin.heal()
  })

  test('refuses a taken name and a taken address in any letter case, with one row left', async () => {
    const person = newPerson()
    const client = app.instances[0].client()
    await client.post('/v1/accounts', person)
    const sameName = { ...newPerson(), username: person.username.toUpperCase() }
    expect(await client.post('/v1/accounts', sameName)).toMatchObject({
      status: 409,
      body: { code: 'username-taken', outcome: 'not-done' },
    })
    const sameMail = { ...newPerson(), email: person.email.toUpperCase() }
    expect(await client.post('/v1/accounts', sameMail)).toMatchObject({
      status: 409,
      body: { code: 'email-taken' },
    })
    expect(await countOf(person)).toBe(1)
  })
})

describe('ACC-02 bad input', () => {
  const wrong: Record<string, Record<string, unknown>> = {
    'a short password': { password: 'Sh0rt!' },
    'a common password': { password: 'Password123!' },
    'a password that is one character repeated': { password: 'aaaaaaaaaaaa' },
    'an endless password': { password: 'x'.repeat(200_000) },
    'a name with spaces': { username: 'two words' },
    'a name that is markup': { username: '<script>' },
    'a name with invisible characters': { username: 'ad\u200bmin' },
    'a name that is too long': { username: 'n'.repeat(33) },
    'an address without a domain': { email: 'nobody' },
    'an address that goes on in a second header': { email: 'a@b.test\r\nBcc: c@d.test' },
    'a number for a name': { username: 42 },
    'a field that does not exist': { admin: true },
    'nothing for a password': { password: null },
  }
  test.each(Object.keys(wrong))('refuses %s and stores nothing', async name => {
    const person = { ...newPerson(), ...wrong[name] }
    const answer = await app.instances[0].client().post('/v1/accounts', person)
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation', status: 400 } })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await countOf(person)).toBe(0)
  })

  test('refuses a password that holds the user name', async () => {
    const person = newPerson()
    const password = `x-${person.username}-x`
    const answer = await app.instances[0].client().post('/v1/accounts', { ...person, password })
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'password' }] } })
  })

  test('takes names of every script, and a password however it was typed', async () => {
    const username = newPerson('Зоя-ñandú').username
    const person = { ...newPerson(), username, password: 'pâssphrase-ﬁve-ß-長い' }
    const client = await signedIn(app, person)
    const decomposed = { ...person, password: person.password.normalize('NFD') }
    await logIn(client, decomposed)
    expect((await client.get('/v1/me')).body.username).toBe(person.username)
  })

  test('control: a row of somebody with such a name is found', async () => {
    const { userId } = await signedIn(app)
    const person = { ...newPerson(), username: `two words ${userId}` }
    await sql(app, 'update accounts_users set username_key = $1 where id = $2', [
      person.username,
      userId,
    ])
    expect((await app.instances[0].client().post('/v1/accounts', person)).status).toBe(400)
    expect(await countOf(person)).toBe(1)
  })
})

/** As if none of the links mailed to this person had been used. */
const forgetLinksOf = ({ username }: Person) =>
  sql(
    app,
    `update accounts_one_time_tokens t set used_at = null
     from accounts_users u where u.id = t.user_id and u.username = $1`,
    [username],
  )

describe('ACC-03 e-mail verification', () => {
  test('works once, cannot be forged, and is needed to sign in', async () => {
    const person = newPerson()
    const client = app.instances[0].client()
    await client.post('/v1/accounts', person)
    const credentials = { login: person.username, password: person.password }
    expect(await client.post('/v1/login', credentials)).toMatchObject({
      status: 403,
      body: { code: 'unverified' },
    })
    const token = await tokenMailedTo(person.email)
    const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`
    expect((await client.post('/v1/accounts/verify', { token: forged })).status).toBe(400)
    const both = await Promise.all(
      app.instances.map(each => each.client().post('/v1/accounts/verify', { token })),
    )
    expect(both.map(each => each.status).sort()).toEqual([200, 400])
    expect((await client.post('/v1/login', credentials)).status).toBe(200)
  })

  test('expires', async () => {
    const person = newPerson()
    const client = app.instances[0].client()
    await client.post('/v1/accounts', person)
    const token = await tokenMailedTo(person.email)
    await sql(
      app,
      `update accounts_one_time_tokens t set expires_at = now() - interval '1 second'
       from accounts_users u where u.id = t.user_id and u.username = $1`,
      [person.username],
    )
    const answer = await client.post('/v1/accounts/verify', { token })
    expect(answer).toMatchObject({ status: 400, body: { code: 'token-invalid' } })
  })

  test('control: a link whose use is forgotten works again', async () => {
    const person = newPerson()
    const client = app.instances[0].client()
    await client.post('/v1/accounts', person)
    const token = await tokenMailedTo(person.email)
    const verify = async () => (await client.post('/v1/accounts/verify', { token })).status
    expect([await verify(), await verify()]).toEqual([200, 400])
    await forgetLinksOf(person)
    expect(await verify()).toBe(200)
  })
})

describe('ACC-09 password reset', () => {
  /** A person who asked for a link, and what it holds. */
  const forgetful = async () => {
    const person = newPerson()
    const client = await signedIn(app, person)
    expect((await client.post('/v1/password/forgot', { email: person.email })).status).toBe(202)
    const mails = await eventually(
      () => app.smtp.mailbox(person.email),
      all => all.some(mail => mail.text.includes('/reset?')),
      15_000,
    )
    const text = mails.find(mail => mail.text.includes('/reset?'))?.text ?? ''
    const token = /token=([\w-]+)/.exec(text)?.[1]
    const next = { ...person, password: `Another-${randomUUID()}` }
    const reset = () => client.post('/v1/password/reset', { token, password: next.password })
    return { person, client, token, next, reset }
  }

  test('works once and ends every session', async () => {
    const { person, client, next, reset } = await forgetful()
    expect((await reset()).status).toBe(204)
    expect((await reset()).status).toBe(400)
    expect((await client.get('/v1/me')).status).toBe(401)
    const { refreshToken } = client
    expect((await client.post('/v1/token/refresh', { refreshToken })).status).toBe(401)
    expect(await refusalOf(client, person)).toBe('login-wrong')
    await logIn(client, next)
  })

  test('control: a link whose use is forgotten works again', async () => {
    const { person, reset } = await forgetful()
    expect([(await reset()).status, (await reset()).status]).toEqual([204, 400])
    await forgetLinksOf(person)
    expect((await reset()).status).toBe(204)
  })

  test('expires, is good for nothing else, and leaves the password when refused', async () => {
    const { person, client, token, reset } = await forgetful()
    expect((await client.post('/v1/accounts/verify', { token })).status).toBe(400)
    await sql(
      app,
      `update accounts_one_time_tokens set expires_at = now() - interval '1 second'
       where user_id = $1`,
      [client.userId],
    )
    expect((await reset()).body.code).toBe('token-invalid')
    expect((await client.get('/v1/me')).status).toBe(200)
    await logIn(client, person)
  })

  test('says nothing about who has an account', async () => {
    const client = app.instances[0].client()
    const answers = await Promise.all(
      [(await forgetful()).person.email, newPerson().email].map(email =>
        client.post('/v1/password/forgot', { email }),
      ),
    )
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [202, {}],
      [202, {}],
    ])
  })
})

describe('ACC-06 at the same time', () => {
  /** What 24 registrations of one name on two instances are answered. */
  const registeredAtOnce = async (person: Person) => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) => {
        const instance = app.instances[index % 2] ?? app.instances[0]
        const email = `${index}-${person.email}`
        const headers = { 'x-deadline-ms': '8000' }
        return instance.client().post('/v1/accounts', { ...person, email }, { headers })
      }),
    )
    return answers.map(each => each.status)
  }

  test('of 24 registrations of one name on two instances exactly one wins', async () => {
    const statuses = await registeredAtOnce(newPerson())
    expect(statuses.filter(status => status === 201)).toHaveLength(1)
    expect(statuses.filter(status => status === 409)).toHaveLength(23)
  })

  test('control: where names are not unique in the database, several win', async () => {
    const person = newPerson()
    await sql(app, 'alter table accounts_users drop constraint accounts_users_username')
    try {
      const statuses = await registeredAtOnce(person)
      expect(statuses.filter(status => status === 201).length).toBeGreaterThan(1)
    } finally {
      const rename = 'update accounts_users set username_key = id::text where username = $1'
      await sql(app, rename, [person.username])
      await sql(
        app,
        'alter table accounts_users add constraint accounts_users_username unique (username_key)',
      )
    }
  })

  test('many logins of one user all work', async () => {
    const person = newPerson()
    await signedIn(app, person)
    const sessions = await Promise.all(
      Array.from({ length: 10 }, (_, index) => {
        const instance = app.instances[index % 2] ?? app.instances[0]
        return logIn(instance.client(), person)
      }),
    )
    expect(new Set(sessions.map(each => each.sessionId)).size).toBe(10)
  })
})
