import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import { eventually } from '../person.ts'
import { test } from '../warm.ts'
import { kindsHere, startDatabase } from './benches.ts'

let app: Application
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ peers: ['smtp'], instances: [['api']] }, warm)
})
afterAll(() => app[Symbol.asyncDispose]())

const someone = () => ({
  email: `${randomUUID()}@example.test`,
  name: 'Zoë 🦊',
  password: `Correct-horse-${randomUUID()}`,
})

async function mailedToken(email: string): Promise<string> {
  const mails = await eventually(
    () => app.smtp.mailbox(email),
    all => all.length > 0,
    15_000,
  )
  return /token=([\w-]+)/.exec(mails[0]?.text ?? '')?.[1] ?? ''
}

describe.each(kindsHere)('DAT-01 registration, from the form to the session, on %s', kind => {
  let instance: Instance
  beforeAll(async () => {
    const directory = { url: (await startDatabase(app, kind, 'directory')).url }
    // One Redis for all three, as no service has it: each database has a person 1 to be copied.
    const redis = new Redis(app.redis.port, app.redis.host)
    await redis.flushall()
    redis.disconnect()
    instance = await app.startInstance(`on-${kind}`, ['api', 'worker'], { directory })
  })

  test('row, mail, token, session; and the token works once', async () => {
    const person = someone()
    const client = instance.client()
    expect(await client.post('/v1/directory/people', person)).toMatchObject({ status: 201 })
    const { email, password } = person
    expect(await client.post('/v1/directory/login', { email, password })).toMatchObject({
      status: 403,
      body: { code: 'unverified' },
    })
    expect(await client.get('/v1/directory/me')).toMatchObject({ status: 401 })
    const token = await mailedToken(email)
    const verified = await client.post('/v1/directory/verify', { token })
    expect(verified).toMatchObject({ status: 200, body: { name: 'Zoë 🦊', verified: true } })
    client.cookie = verified.headers.get('set-cookie')?.split(';')[0]
    expect((await client.get('/v1/directory/me')).body).toEqual(verified.body)

    const again = instance.client()
    for (const wrong of [token, 'forged']) {
      expect(await again.post('/v1/directory/verify', { token: wrong })).toMatchObject({
        status: 400,
        body: { code: 'token-invalid' },
      })
    }
    expect((await again.post('/v1/directory/login', { email, password })).status).toBe(200)
    const guess = await again.post('/v1/directory/login', { email, password: 'Wrong-horse-1' })
    expect(guess).toMatchObject({ status: 401, body: { code: 'login-wrong' } })
  })

  test('one of ten wins who want the same address in any letter case, with one mail', async () => {
    const person = someone()
    const tried = await Promise.all(
      Array.from({ length: 10 }, (_, index) => {
        const email = index % 2 ? person.email : person.email.toUpperCase()
        const headers = { 'x-deadline-ms': '9000' }
        return instance.client().post('/v1/directory/people', { ...person, email }, { headers })
      }),
    )
    expect(tried.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)])
    await mailedToken(person.email)
    expect(await app.smtp.mailbox(person.email)).toHaveLength(1)
  })

  test('refuses what is no address, name or password, with the field and no row', async () => {
    const wrong = { email: 'nobody', name: ' ', password: 'short' }
    for (const [field, value] of Object.entries(wrong)) {
      const answer = await instance
        .client()
        .post('/v1/directory/people', { ...someone(), [field]: value })
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: field }] } })
    }
  })

  test('control: no mail arrives while the mail server is away, and it is not lost', async () => {
    const fault = await app.smtp.admin.post({ kind: 'away' })
    const person = someone()
    await instance.client().post('/v1/directory/people', person)
    const waited = eventually(
      () => app.smtp.mailbox(person.email),
      mails => mails.length > 0,
      1_000,
    )
    await expect(waited).rejects.toThrow('Not within')
    await app.smtp.admin.heal(fault)
    expect(await mailedToken(person.email)).not.toBe('')
  })
})
