import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { JournalFile } from '../journal/recorder.ts'
import type { Link } from '../model/capability.ts'
import type { Checker } from '../model/checker.ts'
import { listen } from '../testing/loopback.ts'
import { followWire } from './wire.ts'

/**
 * A tap over real HTTP whose events the test writes itself; its clock is 5 s ahead of the lab's.
 * `atEnd` is what it does with the stream when it is asked to end it.
 */
async function tap(atEnd: (stream: ServerResponse) => void = stream => stream.end()) {
  const streams: ServerResponse[] = []
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ''}`)
    if (request.url === '/clock') {
      response.end(JSON.stringify({ nowMs: systemClock.nowMs() + 5_000 }))
      return
    }
    if (request.method === 'DELETE') {
      for (const stream of streams) atEnd(stream)
      response.writeHead(204).end()
      return
    }
    response.writeHead(200).flushHeaders()
    streams.push(response)
  })
  const tapUrl = `http://127.0.0.1:${await listen(server)}`
  const folder = await mkdtemp(join(tmpdir(), 'lab-wire-'))
  const file = join(folder, 'journal.jsonl')
  const journal = new JournalFile({ file, clock: systemClock })
  const link = (name: string): Link => ({
    name,
    consumer: 'a',
    provider: name,
    protocol: 'redis',
    adminUrl: tapUrl,
    tapUrl,
    tapToken: 'let-me-in',
    listenHost: '127.0.0.1',
    listenPort: 1,
  })
  return {
    journal,
    asked,
    links: [link('watched'), link('other')],
    say: (event: object) => streams[0]?.write(`${JSON.stringify(event)}\n`),
    sayRaw: (text: string) => streams[0]?.write(text),
    cut: () => streams[0]?.destroy(),
    kinds: () => journal.readBack().map(({ kind }) => kind),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      journal[Symbol.dispose]()
      await rm(folder, { recursive: true })
    },
  }
}

const check: Checker = {
  name: 'watching',
  subscribes: link => link.name === 'watched',
  check: () => ({ word: 'valid', story: '', figures: {} }),
  lies: [],
}

const request = (link: string, atMs = 0) => {
  return { seq: 1, atMs, kind: 'wire', link, connection: 1, what: 'request', message: 'GET' }
}

test('asks for messages where a check subscribed, and records what it is told of every link', async () => {
  await using it = await tap()
  await using _following = await followWire(it.links, { check }, it.journal, systemClock)
  const url = new URL(
    it.asked.find(line => line.startsWith('/events'))?.split(' ')[0] ?? '',
    'http://tap',
  )
  expect(url.searchParams.get('links')).toBe('watched,other')
  expect(url.searchParams.get('messages')).toBe('watched')
  it.say(request('watched'))
  it.say({ seq: 3, atMs: 0, kind: 'wire-count', link: 'other', counts: { bytes: 7 } })
  await vi.waitFor(() => expect(it.kinds()).toEqual(['clock', 'wire', 'wire-count']))
  expect(it.asked.every(line => line.endsWith('Bearer let-me-in'))).toBe(true)
})

test("moves the tap's own time onto the scale of the run", async () => {
  await using it = await tap()
  await using _following = await followWire(it.links, { check }, it.journal, systemClock)
  const sentMs = it.journal.nowMs()
  it.say(request('watched', systemClock.nowMs() + 5_000))
  await vi.waitFor(() => expect(it.kinds()).toContain('wire'))
  const entry = it.journal.readBack().find(({ kind }) => kind === 'wire')
  const clock = it.journal.readBack().find(({ kind }) => kind === 'clock')
  const toleranceMs = clock?.kind === 'clock' ? clock.toleranceMs : 0
  expect(Math.abs((entry?.sourceAtMs ?? 0) - sentMs)).toBeLessThan(toleranceMs + 50)
})

test('a stream that ends, or says what is not understood, is told as a gap, once', async () => {
  await using ended = await tap()
  await using _one = await followWire(ended.links, { check }, ended.journal, systemClock)
  ended.cut()
  await vi.waitFor(() => expect(ended.kinds()).toEqual(['clock', 'overflow']))

  await using garbled = await tap()
  await using _two = await followWire(garbled.links, { check }, garbled.journal, systemClock)
  garbled.sayRaw('not json\nnor this\n')
  await vi.waitFor(() => expect(garbled.kinds()).toEqual(['clock', 'overflow']))
})

test('no gap is told when the run itself stops listening', async () => {
  await using it = await tap()
  const following = await followWire(it.links, { check }, it.journal, systemClock)
  await following[Symbol.asyncDispose]()
  expect(it.kinds()).toEqual(['clock'])
})

test('what a tap counts when it is asked to end its stream is recorded', async () => {
  const last = { seq: 9, atMs: 0, kind: 'wire-count', link: 'other', counts: { bytesUp: 7 } }
  await using it = await tap(stream => stream.end(`${JSON.stringify(last)}\n`))
  const following = await followWire(it.links, { check }, it.journal, systemClock)
  await following[Symbol.asyncDispose]()
  expect(it.kinds()).toEqual(['clock', 'wire-count'])
  const ids = it.asked.flatMap(line => /stream=([\w-]+)/.exec(line)?.[1] ?? [])
  expect(ids).toEqual([ids[0], ids[0]])
})

test('a stream that breaks off instead of ending is told as a gap', async () => {
  await using it = await tap(stream => stream.destroy())
  const following = await followWire(it.links, { check }, it.journal, systemClock)
  await following[Symbol.asyncDispose]()
  expect(it.kinds()).toEqual(['clock', 'overflow'])
})
