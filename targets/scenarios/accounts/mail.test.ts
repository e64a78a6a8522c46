import { afterAll, afterEach, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { eventually, newPerson, sql } from '../person.ts'
import { test } from '../warm.ts'

let app: Application
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ peers: ['smtp'], instances: [['api'], ['worker']] }, warm)
})
afterEach(() => app.smtp.admin.heal())
afterAll(() => app[Symbol.asyncDispose]())

/** A new person, and how long the registration took, with the mail still to be sent. */
async function register() {
  const person = newPerson()
  const began = performance.now()
  const answer = await app.instances[0].client().post('/v1/accounts', person)
  return { ...person, status: answer.status, tookMs: performance.now() - began }
}

const mailFor = (email: string, withinMs = 15_000) =>
  eventually(
    () => app.smtp.mailbox(email),
    mails => mails.length > 0,
    withinMs,
  )

describe('ACC-01 the mail of a registration', () => {
  test.each([
    ['away', { kind: 'away' }],
    ['busy', { kind: 'busy' }],
    ['greylisting', { kind: 'greylist' }],
  ] as const)('is not lost while the mail server is %s, and nobody waits', async (_name, fault) => {
    const id = await app.smtp.admin.post(fault)
    const { email, status, tookMs } = await register()
    expect(status).toBe(201)
    expect(tookMs).toBeLessThan(1_000)
    const tried = "select last_error from mail_outbox where recipient = $1 and last_error <> ''"
    await eventually(
      () => sql(app, tried, [email]),
      rows => rows.length > 0,
    )
    expect(await app.smtp.mailbox(email)).toEqual([])
    expect(await app.smtp.admin.landed(id)).toBeGreaterThan(0)
    await app.smtp.admin.heal(id)
    expect(await mailFor(email)).toHaveLength(1)
  })

  test('is not lost while the mail server is slow', async () => {
    await app.smtp.admin.post({ kind: 'slow', delayMs: 1_000, on: 'DATA' })
    const { email, status, tookMs } = await register()
    expect(status).toBe(201)
    expect(tookMs).toBeLessThan(1_000)
    expect(await mailFor(email)).toHaveLength(1)
  })

  test('comes again with the same id when the answer was lost', async () => {
    const fault = await app.smtp.admin.post({ kind: 'lost-answer', times: 1 })
    const { email } = await register()
    const copies = await eventually(
      () => app.smtp.mailbox(email),
      mails => mails.length > 1,
      15_000,
    )
    expect(await app.smtp.admin.landed(fault)).toBe(1)
    expect(new Set(copies.map(({ messageId }) => messageId)).size).toBe(1)
  })

  test('is given up when it is refused for good, and stays to be looked at', async () => {
    await app.smtp.admin.post({ kind: 'refuse' })
    const { email } = await register()
    const text = 'select attempts from mail_outbox where recipient = $1 and failed_at is not null'
    const failed = await eventually(
      () => sql<{ attempts: number }>(app, text, [email]),
      rows => rows.length > 0,
    )
    expect(failed).toEqual([{ attempts: 1 }])
  })

  control('mail-outbox', 'one failure loses it', async off => {
    const [, sender] = app.instances
    await sender?.process.pause()
    const careless: Instance = await app.startInstance('careless', ['worker'], off)
    const fault = await app.smtp.admin.post({ kind: 'greylist', times: 1 })
    const { email } = await register()
    await eventually(
      () => app.smtp.admin.landed(fault),
      landed => landed === 1,
    )
    await expect(mailFor(email, 3_000)).rejects.toThrow('Not within')
    await careless.process.kill()
    await sender?.process.resume()
  })
})
