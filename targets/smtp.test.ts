import { createTransport } from 'nodemailer'
import { expect, test } from 'vitest'
import { type MailPeer, startSmtp } from './smtp.ts'
import { runParts } from './testing/run-parts.ts'

const newRun = runParts()

async function send(server: MailPeer, subject: string, giveUpMs = 1_000): Promise<string> {
  const transport = createTransport({
    host: server.host,
    port: server.port,
    ignoreTLS: true,
    connectionTimeout: giveUpMs,
    greetingTimeout: giveUpMs,
    socketTimeout: giveUpMs,
  })
  const sent = await transport.sendMail({
    from: 'shop@example.test',
    to: 'Zoë <zoe@example.test>',
    subject,
    text: `Grüße: ${subject}`,
    html: `<p>${subject}</p>`,
  })
  return sent.response
}

test('accepts mail and shows it as it came', async () => {
  await using run = await newRun()
  await using server = await startSmtp(run)
  await send(server, 'Größe 42')
  expect(await server.mailbox('ZOE@example.test')).toMatchObject([
    {
      sender: 'shop@example.test',
      recipients: ['zoe@example.test'],
      subject: 'Größe 42',
      text: expect.stringContaining('Grüße: Größe 42'),
      html: expect.stringContaining('<p>Größe 42</p>'),
    },
  ])
  expect(await server.mailbox('nobody@example.test')).toEqual([])
})

test('refuses for now or for good as it is told to, and keeps nothing of it', async () => {
  await using run = await newRun()
  await using server = await startSmtp(run)
  await server.admin.post({ kind: 'greylist', times: 1 })
  await expect(send(server, 'greylisted')).rejects.toMatchObject({ responseCode: 451 })
  await server.admin.post({ kind: 'busy', times: 1 })
  await expect(send(server, 'too busy')).rejects.toMatchObject({ responseCode: 421 })
  await server.admin.post({ kind: 'refuse', times: 1 })
  await expect(send(server, 'refused')).rejects.toMatchObject({ responseCode: 554 })
  expect(await server.mailbox()).toEqual([])
  await send(server, 'welcome')
  expect(await server.mailbox()).toMatchObject([{ subject: 'welcome' }])
})

test('keeps a message and loses the answer when told to', async () => {
  await using run = await newRun()
  await using server = await startSmtp(run)
  const fault = await server.admin.post({ kind: 'lost-answer', times: 1 })
  await expect(send(server, 'in doubt')).rejects.toThrow()
  expect(await server.admin.landed(fault)).toBe(1)
  expect(await server.mailbox()).toMatchObject([{ subject: 'in doubt' }])
})

test('is away, then slow, then well again on the same port', async () => {
  await using run = await newRun()
  await using server = await startSmtp(run)
  const away = await server.admin.post({ kind: 'away' })
  await expect(send(server, 'nobody there')).rejects.toThrow('ECONNREFUSED')
  await server.admin.heal(away)
  const slow = await server.admin.post({ kind: 'slow', delayMs: 800, on: 'DATA' })
  await expect(send(server, 'too slow', 300)).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  await server.admin.heal(slow)
  await send(server, 'well')
  const subjects = (await server.mailbox()).map(({ subject }) => subject)
  expect(subjects).toContain('well')
  expect(subjects).not.toContain('nobody there')
})

test('keeps its mailbox through a SIGKILL', async () => {
  await using run = await newRun()
  await using server = await startSmtp(run)
  await send(server, 'before')
  await server.kill()
  await expect(send(server, 'during')).rejects.toThrow('ECONNREFUSED')
  await server.restart()
  await send(server, 'after')
  const subjects = (await server.mailbox()).map(({ subject }) => subject)
  expect(subjects).toEqual(['before', 'after'])
})
