import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Clock, systemClock } from '../base/clock.ts'
import { readJournal } from './read-journal.ts'
import { JournalFile } from './recorder.ts'

async function journal(maxBytes?: number, clock: Clock = systemClock) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-recorder-'))
  const file = join(folder, 'journal.jsonl')
  const size = maxBytes === undefined ? {} : { maxBytes }
  const recorder = new JournalFile({ file, clock, keepMs: 100, ...size })
  return {
    recorder,
    file,
    text: () => readFile(file, 'utf8'),
    [Symbol.asyncDispose]: async () => {
      recorder[Symbol.dispose]()
      await rm(folder, { recursive: true })
    },
  }
}

test('numbers without gaps, and has written before it returns', async () => {
  await using it = await journal()
  for (let i = 0; i < 3; i++) it.recorder.record({ kind: 'note', text: `${i}` })
  const entries = await readJournal(it.file)
  expect(entries.map(({ index }) => index)).toEqual([0, 1, 2])
  expect(entries).toEqual(it.recorder.readBack())
})

test('keeps source and its own time', async () => {
  await using it = await journal()
  const from = { source: 'proxy', sourceAtMs: 12.5 }
  it.recorder.record({ kind: 'wire', link: 'a>b', connection: 1, what: 'connect' }, from)
  expect(await readJournal(it.file)).toMatchObject([from])
})

test('writes no secret: neither by name, nor in a URL', async () => {
  await using it = await journal()
  it.recorder.record({
    kind: 'system',
    description: { url: 'postgres://lab:hunter2@127.0.0.1/db' },
    links: [],
  })
  it.recorder.record({
    kind: 'observed',
    workload: 'w',
    client: 0,
    what: 'login',
    value: { password: 'hunter2', headers: { Authorization: 'Bearer hunter2' }, passed: true },
  })
  const text = await it.text()
  expect(text).not.toContain('hunter2')
  expect(text).toContain('"passed":true')
  expect(text).toContain('@127.0.0.1/db')
})

test('beyond its size it says so once, drops traffic, and keeps what the verdict needs', async () => {
  await using it = await journal(200)
  const count = { kind: 'wire-count', link: 'a>b', counts: { bytes: 1 } } as const
  for (let i = 0; i < 20; i++) it.recorder.record(count)
  it.recorder.record({ kind: 'phase', phase: 'check' })
  const kinds = (await readJournal(it.file)).map(({ kind }) => kind)
  expect(kinds.filter(kind => kind === 'wire-count').length).toBeLessThan(5)
  expect(kinds.filter(kind => kind === 'overflow')).toHaveLength(1)
  expect(kinds.at(-1)).toBe('phase')
})

test.skipIf(!existsSync('/dev/full'))('a full disk is told, and nothing is thrown', () => {
  using recorder = new JournalFile({ file: '/dev/full', clock: systemClock })
  const told: string[] = []
  recorder.onFailure(error => told.push(error.message))
  recorder.record({ kind: 'note', text: 'one' })
  recorder.record({ kind: 'note', text: 'two' })
  expect(told).toHaveLength(1)
  expect(told[0]).toContain('ENOSPC')
  expect(told[0]).toContain('Free some disk space')
  expect(recorder.readBack()).toHaveLength(2)
  expect(recorder.failure?.code).toBe('journal-unwritable')
})

/** A clock that stands until it is moved. */
function handClock() {
  let nowMs = 0
  return {
    clock: { ...systemClock, nowMs: () => nowMs } satisfies Clock,
    to: (ms: number) => {
      nowMs = ms
    },
  }
}

test('a window has the same entries whether they are still held or read back', async () => {
  const { clock, to } = handClock()
  await using it = await journal(undefined, clock)
  for (let ms = 0; ms <= 1_000; ms += 10) {
    to(ms)
    it.recorder.record({ kind: 'note', text: `${ms}` })
  }
  for (const fromMs of [-1, 0, 500, 890, 900, 910, 1_000, 1_001]) {
    const times = it.recorder.since(fromMs).map(({ atMs }) => atMs)
    const expected = it.recorder.readBack().filter(({ atMs }) => atMs >= fromMs)
    expect(times).toEqual(expected.map(({ atMs }) => atMs))
  }
  expect(it.recorder.since(500)).toHaveLength(51)
})

test('more than a chunk is read back whole, whatever characters it has', async () => {
  await using it = await journal()
  const text = 'ä€😀\n'.repeat(10_000)
  for (let i = 0; i < 40; i++) it.recorder.record({ kind: 'note', text: `${i}${text}` })
  const back = it.recorder.readBack()
  expect(back).toHaveLength(40)
  expect(back).toEqual(await readJournal(it.file))
})

test('what came after the file was closed is told, and counted on', async () => {
  await using it = await journal()
  it.recorder.record({ kind: 'note', text: 'before' })
  it.recorder[Symbol.dispose]()
  it.recorder.record({ kind: 'error', message: 'after' })
  expect(it.recorder.readBack()).toMatchObject([
    { index: 0, text: 'before' },
    { index: 1, message: 'after' },
  ])
})

test('a file that is gone leaves what the verdict needs, and what came last', async () => {
  const { clock, to } = handClock()
  await using it = await journal(undefined, clock)
  it.recorder.record({ kind: 'phase', phase: 'start' })
  it.recorder.record({ kind: 'traffic', workload: 'w', step: 'began' })
  to(1_000)
  it.recorder.record({ kind: 'traffic', workload: 'w', step: 'ended' })
  await rm(it.file)
  expect(it.recorder.readBack()).toMatchObject([{ kind: 'phase' }, { step: 'ended' }])
  expect(() => [...it.recorder.entries()]).toThrow(/ENOENT/)
})

test('another length than was written is no journal', async () => {
  await using it = await journal()
  it.recorder.record({ kind: 'note', text: 'one' })
  await truncate(it.file, 5)
  expect(() => [...it.recorder.entries()]).toThrow(/expected to read back/i)
})
