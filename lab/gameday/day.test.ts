import { readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { roles } from '../journal/crew-words.ts'
import { readJournal } from '../journal/read-journal.ts'
import { action, may } from './conduct/action.ts'
import { resumedDay } from './conduct/day-folder.ts'
import { DayState } from './record/day-state.ts'
import { readStream } from './testing/read-stream.ts'
import { type TestDay, testDay } from './testing/test-day.ts'

const kill = { do: 'inject', form: 'kill', part: 'counter', settings: {}, anyway: true }
const proof = z.object({ tookMs: z.number(), healed: z.number(), left: z.array(z.string()) })

async function stateOf({ folder }: TestDay): Promise<DayState> {
  const state = new DayState()
  for (const entry of await readJournal(join(folder, 'journal.jsonl'))) state.take(entry)
  return state
}

test('a day: an injection, a stop that heals and blocks, a release, a close, and its report', {
  timeout: 180_000,
}, async () => {
  await using day = await testDay()
  const ada = await day.join('owner', 'Ada')
  const struck = await day.act(ada, kill)
  expect(await struck.json()).toEqual({ strike: 1 })
  expect((await stateOf(day)).inForce.map(({ label }) => label)).toEqual(['kill(counter)'])

  const close = await day.act(ada, { do: 'close' })
  expect([close.status, await close.text()]).toEqual([409, expect.stringContaining('in force')])

  const bob = await day.join('observer', 'Bob')
  const { healed, left, tookMs } = proof.parse(await (await day.act(bob, { do: 'stop' })).json())
  expect({ healed, left }).toEqual({ healed: 1, left: [] })
  expect(tookMs).toBeLessThan(20_000)
  expect((await stateOf(day)).inForce).toEqual([])

  const blocked = await day.act(ada, kill)
  expect([blocked.status, await blocked.json()]).toMatchObject([409, { code: 'stopped' }])
  expect((await day.act(ada, { do: 'release', reason: '' })).status).toBe(400)
  expect((await day.act(ada, { do: 'release', reason: 'all is well' })).status).toBe(200)

  const again = await day.act(ada, { ...kill, leaseSeconds: 1 })
  expect(again.status).toBe(200)
  await expect.poll(async () => (await stateOf(day)).inForce.length, { timeout: 15_000 }).toBe(0)
  expect((await stateOf(day)).injections.get(2)?.healedWhy).toBe('lease')

  const closing = () => day.act(ada, { do: 'close' }).then(({ status }) => status)
  await expect.poll(closing, { timeout: 30_000, interval: 1_000 }).toBe(200)
  expect((await day.act(ada, kill)).status).toBe(409)
  expect(await day.end()).toBe('closed')
  expect(await readFile(join(day.folder, 'report.md'), 'utf8')).toContain('kill(counter)')
})

test('a file stops too, and a day that was left goes on: blocked, with its people, its notes and no half a line', {
  timeout: 180_000,
}, async () => {
  await using day = await testDay()
  const ada = await day.join('agent', 'Ada')
  await day.act(ada, kill)
  await day.act(ada, { do: 'note', type: 'question', text: 'does it come back?' })
  await writeFile(join(day.folder, 'STOP'), 'smoke in the room')
  await expect
    .poll(async () => (await stateOf(day)).stops.at(-1), { timeout: 20_000 })
    .toMatchObject({ via: 'file', reason: 'smoke in the room', proof: { left: [] } })
  expect(await day.end()).toBe('left')

  // As a kill may leave it.
  const file = join(day.folder, 'journal.jsonl')
  const whole = await readFile(file, 'utf8')
  await writeFile(file, `${whole}{"index":9,"atM`)
  const { after } = await resumedDay(day.root, 'tests', new Date())
  expect(after?.bytes).toBe(Buffer.byteLength(whole))
  expect(await readFile(file, 'utf8')).toBe(whole)

  await using later = await testDay(day)
  expect(later.url).toBe(day.url)
  expect((await later.act(ada, kill)).status).toBe(409)
  const state = await stateOf(later)
  expect(state.resumed).toHaveLength(1)
  expect(state.notes.map(({ by, text }) => [by, text])).toEqual([['Ada', 'does it come back?']])
  expect((await later.act(ada, { do: 'release', reason: 'aired' })).status).toBe(200)
  expect(await (await later.act(ada, kill)).json()).toEqual({ strike: 2 })
})

/** One day for all tests that leave it as it is. */
let shared: TestDay
beforeAll(async () => {
  shared = await testDay()
}, 90_000)
afterAll(() => shared[Symbol.asyncDispose](), 60_000)

test('every role may do what it may, and nothing else; who has no link or an old one, nothing', {
  timeout: 120_000,
}, async () => {
  const day = shared
  const all = action.options.map(({ shape }) => shape.do.value)
  expect(all.toSorted()).toEqual(Object.keys(may).toSorted())
  let refused = 0
  for (const role of roles) {
    const secret = await day.join(role, role)
    for (const name of all) {
      const { status } = await day.act(secret, { do: name, wrong: true })
      expect([role, name, status]).toEqual([role, name, 400])
    }
    const note = await day.act(secret, { do: 'note', type: 'fact', text: role })
    const noticed = await day.act(secret, { do: 'notice', believes: role })
    const paced = await day.act(secret, { do: 'pace', workload: 'adding', factor: 1 })
    const planned = await day.act(secret, { do: 'plan', title: role })
    const asked = { note, notice: noticed, pace: paced, plan: planned }
    for (const [name, { status }] of Object.entries(asked)) {
      const allowed =
        may[name === 'note' || name === 'notice' || name === 'pace' ? name : 'plan'].includes(role)
      expect([role, name, status]).toEqual([role, name, allowed ? 200 : 403])
      if (!allowed) refused++
    }
  }
  expect(refused).toBeGreaterThan(5)
  for (const secret of ['', 'guessed', day.link('owner')]) {
    const stopped = await day.act(secret, { do: 'stop' })
    expect([stopped.status, await stopped.text()], secret).toEqual([
      401,
      expect.stringContaining('no longer, one of the day'),
    ])
    expect((await day.ask(secret, '/api/events')).status, secret).toBe(401)
  }
  const ada = await day.join('owner', 'Ada')
  const eve = await day.join('agent', 'Eve')
  expect((await day.act(ada, { do: 'rotate', role: 'agent' })).status).toBe(200)
  expect((await day.act(eve, { do: 'note', type: 'fact', text: 'still here' })).status).toBe(401)
  expect((await day.ask(day.link('agent'), '/api/join', { name: 'Eve' })).status).toBe(401)
})

test('another name and another page are refused, and the page may ask nobody else', {
  timeout: 120_000,
}, async () => {
  const day = shared
  const ada = await day.join('owner', 'Ada')
  const { port } = new URL(day.url)
  for (const host of [`evil.example:${port}`, `127.0.0.1.nip.io:${port}`, '127.0.0.1']) {
    expect(await statusAs(day.url, { host, authorization: `Bearer ${ada}` }), host).toBe(421)
  }
  expect(
    await statusAs(day.url, { host: `localhost:${port}`, authorization: `Bearer ${ada}` }),
  ).toBe(400)
  const foreign = { origin: 'http://evil.example' }
  expect((await day.ask(ada, '/api/act', { do: 'stop' }, foreign)).status).toBe(403)
  const otherPort = { origin: 'http://127.0.0.1:1' }
  expect((await day.ask(ada, '/api/act', { do: 'stop' }, otherPort)).status).toBe(403)
  const plain = { 'content-type': 'text/plain' }
  expect((await day.ask(ada, '/api/act', { do: 'stop' }, plain)).status).toBe(415)
  const page = await fetch(day.url)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(page.headers.get('access-control-allow-origin')).toBeNull()
  expect((await stateOf(day)).stops).toEqual([])
})

/** `fetch` sets these headers itself. */
function statusAs(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const more = { 'content-type': 'application/json' }
    const asked = request(`${url}/api/act`, { method: 'POST', headers: { ...headers, ...more } })
    asked.on('response', answer => resolve(answer.resume().statusCode ?? 0)).on('error', reject)
    asked.end('{}')
  })
}

test('responders are told nothing of a fault, nor of what those say who know it', {
  timeout: 120_000,
}, async () => {
  const day = shared
  const ada = await day.join('owner', 'Ada')
  const rob = await day.join('responder', 'Rob')
  const words = { impact: 'secretimpact', response: 'secretresponse', wayBack: 'secretway' }
  await day.act(ada, { do: 'expect', expectation: words })
  await day.act(ada, { do: 'plan', title: 'secretplan' })
  await day.act(ada, { do: 'note', type: 'fact', text: 'secretnote' })
  await day.act(rob, { do: 'note', type: 'fact', text: 'opennote' })
  await day.act(ada, kill)
  const secrets = ['secretimpact', 'secretresponse', 'secretplan', 'secretnote', 'kill(counter)']
  // Whoever knows is sent all of it: what the blind are not sent could be sent.
  await readStream(day, ada, secrets)
  const blind = await readStream(day, rob, ['opennote', '"injections":[]', 'event: sample\n'])
  expect(secrets.filter(word => blind.includes(word))).toEqual([])
  expect((await day.ask(rob, '/api/report')).status).toBe(403)
  expect((await day.ask(rob, '/api/forms')).status).toBe(403)
})

test('thousands of notes, a note of a megabyte, and many pages are borne', {
  timeout: 120_000,
}, async () => {
  const day = shared
  const ada = await day.join('reporter', 'Ada')
  const large = { do: 'note', type: 'fact', text: 'x'.repeat(2 ** 20) }
  expect((await day.act(ada, large)).status).toBe(413)
  expect((await day.act(ada, { ...large, text: 'x'.repeat(2_001) })).status).toBe(400)
  const script = '<script>alert(1)</script><img src=x onerror=alert(1)>'
  expect((await day.act(ada, { ...large, text: script })).status).toBe(200)
  for (let i = 0; i < 20; i++) {
    const some = Array.from({ length: 50 }, (_, n) =>
      day
        .act(ada, { do: 'note', type: 'fact', text: `note ${50 * i + n}` })
        .then(one => one.text()),
    )
    await Promise.all(some)
  }
  const words = ['note 999', 'event: sample\n']
  const pages = Array.from({ length: 200 }, () => readStream(day, ada, words, 90_000))
  const streams = await Promise.all(pages)
  expect(Math.max(...streams.map(({ length }) => length))).toBeLessThan(2 ** 20)
})
