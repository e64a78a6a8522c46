import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test as plainTest } from 'vitest'
import { chromiumShell } from '../targets/runtime/chromium-shell.ts'
import { type DayClient, dayClient } from '../targets/testing/day-client.ts'
import { type HeldDay, heldDay } from '../targets/testing/held-day.ts'
import { missing } from '../targets/testing/missing.ts'
import { openBrowser } from '../targets/testing/open-browser.ts'

const test = plainTest.skipIf(await missing(chromiumShell))
const slow = { timeout: 120_000 }
const patient = { timeout: 300_000 }
/** A name that leads to this machine, as an attacker's own name server would let it. */
const rebound = 'evil.example'

let day: HeldDay
let browser: Awaited<ReturnType<typeof openBrowser>>
let ada: DayClient
beforeAll(async () => {
  day = await heldDay('rehearsal')
  browser = await openBrowser([`--host-resolver-rules=MAP ${rebound} 127.0.0.1`])
  ada = await dayClient(day.link('owner'), 'Ada')
}, 300_000)
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await day?.[Symbol.asyncDispose]()
}, 120_000)

async function newPage(): Promise<Page> {
  const page = await (await browser.browser.createBrowserContext()).newPage()
  page.setDefaultTimeout(slow.timeout)
  page.on('dialog', dialog => expect.unreachable(`a script ran: ${dialog.message()}`))
  return page
}

async function join(role: string, name: string): Promise<Page> {
  const page = await newPage()
  await page.goto(day.link(role))
  await page.locator('input[name=name]').fill(name)
  await page.keyboard.press('Enter')
  await page.waitForSelector('main.console', slow)
  return page
}

/** A page of somebody else, on a port of its own. */
async function foreignPage(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>evil</title>')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Sends a stop with the owner's own secret in five ways; resolves to what each came to. */
const tries = `async (origin, secret) => {
  const body = JSON.stringify({ do: 'stop' })
  const authorization = 'Bearer ' + secret
  const outcome = promise => promise.then(a => a.type + ' ' + a.status, e => e.name)
  const frame = document.createElement('iframe')
  frame.src = origin
  const loaded = new Promise(resolve => frame.addEventListener('load', resolve))
  document.body.append(frame)
  await Promise.race([loaded, new Promise(resolve => setTimeout(resolve, 3000))])
  let framed = 'read'
  try { frame.contentWindow.document.title } catch (e) { framed = e.name }
  return {
    json: await outcome(fetch(origin + '/api/act', { method: 'POST', body, headers: { authorization, 'content-type': 'application/json' } })),
    simple: await outcome(fetch(origin + '/api/act', { method: 'POST', body, mode: 'no-cors' })),
    read: await outcome(fetch(origin + '/api/events', { headers: { authorization } })),
    script: await outcome(fetch(origin + '/app.js', { mode: 'no-cors' })),
    framed,
  }
}`

test(
  'a page of another origin can neither act nor read, though it has the secret; our own can',
  patient,
  async () => {
    await using foreign = await foreignPage()
    const { origin } = new URL(day.link('owner'))
    const page = await newPage()
    await page.goto(foreign.url)
    const secret = JSON.stringify(ada.secret)
    const tried = await page.evaluate(`(${tries})(${JSON.stringify(origin)}, ${secret})`)
    expect(tried).toEqual({
      json: 'TypeError',
      simple: expect.stringMatching(/^(opaque 0|TypeError)$/),
      read: 'TypeError',
      script: 'TypeError',
      framed: 'SecurityError',
    })
    expect((await ada.view()).stop).toBeUndefined()
    // Control: the same request from the console's own page.
    const own = await join('owner', 'Olga')
    const body = `{ method: 'POST', body: '{"do":"note","type":"fact","text":"mine"}', headers: { authorization: 'Bearer ' + ${secret}, 'content-type': 'application/json' } }`
    expect(await own.evaluate(`fetch('/api/act', ${body}).then(a => a.status)`)).toBe(200)
  },
)

test(
  'a name that was rebound to this machine is answered nothing of the day',
  patient,
  async () => {
    const { port, hash } = new URL(day.link('owner'))
    const page = await newPage()
    const answer = await page.goto(`http://${rebound}:${port}/${hash}`)
    expect(answer?.status()).toBe(421)
    expect(await page.content()).toContain('this console is not')
    expect(await page.$('input')).toBeNull()
    const status = new Promise<number>((resolve, reject) => {
      const headers = { host: `${rebound}:${port}`, authorization: `Bearer ${ada.secret}` }
      const asked = request({ host: '127.0.0.1', port, path: '/api/forms', headers })
      asked
        .on('response', one => resolve(one.resume().statusCode ?? 0))
        .on('error', reject)
        .end()
    })
    expect(await status).toBe(421)
  },
)

test(
  'without a link, with a wrong one, and with one that was taken back nobody is in',
  patient,
  async () => {
    const { origin } = new URL(day.link('owner'))
    const stranger = await newPage()
    await stranger.goto(origin)
    await stranger.waitForSelector('text/Open one of the links', slow)
    expect(await stranger.$('input')).toBeNull()
    const guessing = await newPage()
    await guessing.goto(`${origin}/#guessed-guessed-guessed`)
    await guessing.locator('input[name=name]').fill('Mallory')
    await guessing.locator('button.primary').click()
    await guessing.waitForSelector('text/this link is not', slow)

    // A responder who takes the page's own requests to strike.
    const rob = await dayClient(day.link('responder'), 'Rob')
    const strike = { do: 'inject', form: 'latency', part: 'client>counter', settings: {} }
    for (const action of [
      strike,
      { do: 'release', reason: 'x' },
      { do: 'close' },
      { do: 'rotate', role: 'owner' },
    ]) {
      expect([action.do, (await rob.try(action)).status]).toEqual([action.do, 403])
    }
    const thief = await join('agent', 'Thief')
    await ada.act({ do: 'rotate', role: 'agent' })
    await thief.waitForSelector('main.alone', slow)
  },
)

test('scripts in all that people write are shown as text', patient, async () => {
  const script = (where: string) =>
    `<img src=x onerror="alert('${where}')"><script>alert('${where}')</script>`
  await dayClient(day.link('observer'), script('name').slice(0, 60))
  const rob = await dayClient(day.link('responder'), 'Rob')
  await rob.act({ do: 'notice', believes: script('belief') })
  await ada.act({
    do: 'note',
    type: 'follow-up',
    text: script('note'),
    owner: script('owner'),
    due: script('due'),
  })
  await ada.act({ do: 'plan', title: script('plan') })
  const words = { impact: script('impact'), response: script('response'), wayBack: script('way') }
  await ada.act({ do: 'expect', expectation: { ...words, alert: script('alert') } })
  await ada.act({ do: 'stop', reason: script('reason') })
  const page = await join('owner', 'Olga')
  for (const where of ['belief', 'note', 'plan', 'impact', 'reason']) {
    await page.waitForSelector(`text/alert('${where}')`, slow)
  }
  expect(await page.$$eval('img, script:not([src="/app.js"])', all => all.length)).toBe(0)
  await ada.act({ do: 'release', reason: 'seen' })
})

test('ten thousand notes, a note of a megabyte and two hundred pages leave the stop quick', {
  timeout: 400_000,
}, async () => {
  const large = await ada.try({ do: 'note', type: 'fact', text: 'x'.repeat(2 ** 20) })
  expect(large.status).toBe(413)
  for (let i = 0; i < 100; i++) {
    const hundred = Array.from({ length: 100 }, (_, n) =>
      ada.act({ do: 'note', type: 'fact', text: `note ${100 * i + n}` }),
    )
    await Promise.all(hundred)
  }
  const page = await join('observer', 'Olga')
  await page.waitForSelector('text/note 9999', slow)
  const view = await ada.view()
  expect(view.noteCount).toBeGreaterThanOrEqual(10_000)
  expect(JSON.stringify(view).length).toBeLessThan(256 * 1024)

  const over = new AbortController()
  const pages = Array.from({ length: 200 }, () => ada.openPage(over.signal).catch(() => undefined))
  const strike = { form: 'latency', part: 'client>counter', settings: {}, anyway: true }
  await ada.act({ do: 'inject', ...strike })
  const fromMs = performance.now()
  await page.click('#stop')
  await page.waitForSelector('text/Nothing is left', slow)
  expect(performance.now() - fromMs).toBeLessThan(5_000)
  over.abort()
  await Promise.all(pages)
})
