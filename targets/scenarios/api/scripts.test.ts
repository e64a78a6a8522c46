import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { afterAll, describe, expect } from 'vitest'
import { screenshot } from '../../chromium.ts'
import { chromiumShell } from '../../runtime/chromium-shell.ts'
import { missing } from '../../testing/missing.ts'
import { type Application, startApplication } from '../application.ts'
import { shopkeeper } from '../orders/shop.ts'
import { patience } from '../patience.ts'
import { eventually, newPerson } from '../person.ts'
import { ChatClient } from '../realtime/chat-client.ts'
import { test } from '../warm.ts'
import { attacks } from './vectors.ts'

let app: Application
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ peers: ['smtp'], config: { defenceSettings: patience } }, warm)
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** A page, or whatever else is answered to a browser, until it is disposed. */
async function site(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

const browse = test.skipIf(await missing(chromiumShell))

describe('API-07 scripts', () => {
  browse(
    'a browser that opens a post or its comments runs none of them',
    async () => {
      const ran: string[] = []
      await using witness = await site(({ url = '' }, reply) => {
        ran.push(url)
        reply.end()
      })
      const file = join(app.run.runFolder, 'page.png')
      const ranAt = async (url: string) => {
        ran.length = 0
        await screenshot({ url, file })
        return new Set(ran).size
      }
      const scripts = attacks.xss.map((text, index) =>
        text.replace(/alert\([^)]*\)/, `fetch('${witness.url}/${index}')`),
      )
      const keeper = await shopkeeper(app)
      const draft = { title: 'Hello', body: scripts.join('\n'), tags: [] }
      const { body } = await keeper.post('/v1/drafts', draft)
      await keeper.post(`/v1/drafts/${body.id}/publish`)
      const path = `/v1/posts/${body.slug}`
      for (const text of scripts) await keeper.post(`${path}/comments`, { body: text })
      for (const each of [path, `${path}/comments`]) {
        const shown = new URL(each, keeper.url)
        expect(await ranAt(shown.href)).toBe(0)
        // Control: the same bytes, told to be a page.
        const bytes = await (await fetch(shown)).text()
        await using page = await site((_, reply) => {
          reply.setHeader('content-type', 'text/html').end(bytes)
        })
        expect(await ranAt(page.url)).toBeGreaterThanOrEqual(3)
      }
    },
    180_000,
  )

  test.each(attacks.xss)('%s stays text in the chat', async text => {
    const channel = `room-${randomUUID()}`
    const [here, there = here] = app.instances
    using writer = await ChatClient.open(here, { channel })
    using reader = await ChatClient.open(there, { channel })
    await writer.say(channel, text)
    await reader.has(channel, 1)
    expect(reader.frames).toContainEqual(expect.objectContaining({ type: 'message', text }))
  })
  test('each stays text in a mail, which has no part that is shown as a page', async () => {
    const received = (address: string) =>
      eventually(
        () => app.smtp.mailbox(address),
        mails => mails.length > 0,
        20_000,
      )
    const directory = { url: `sqlite:${join(app.run.scratchFolder, 'people.sqlite')}` }
    const instance = await app.startInstance('mailing', ['api', 'worker'], { directory })
    for (const name of attacks.xss) {
      const { email, password } = newPerson()
      const entry = { email, password, name }
      expect((await instance.client().post('/v1/directory/people', entry)).status).toBe(201)
      const [mail] = await received(email)
      expect(mail?.text).toContain(`Hello ${name}`)
      expect(mail?.html).toBe('')
    }
    // Control: of a mail that is a page, that part is seen.
    const { email: to } = newPerson()
    const { host, port } = app.smtp
    const [html] = attacks.xss
    const transport = createTransport({ host, port })
    await transport.sendMail({ from: 'shop@example.com', to, subject: 'x', html })
    transport.close()
    expect((await received(to))[0]?.html).toContain(html)
  }, 60_000)
})
