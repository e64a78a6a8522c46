import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { JournalFile } from '../journal/recorder.ts'
import type { ServiceLog } from '../model/service-log.ts'
import { followLogs } from './log-tail.ts'

async function rig(parse: ServiceLog['parse'] = event => ({ event, detail: null })) {
  const folder = await mkdtemp(join(tmpdir(), 'log-tail-'))
  const file = join(folder, 'service.log')
  const journal = new JournalFile({ file: join(folder, 'journal.jsonl'), clock: systemClock })
  const told = () =>
    journal.readBack().flatMap(entry => (entry.kind === 'service' ? entry.event : []))
  return {
    file,
    journal,
    told,
    follow: () => followLogs([{ instance: 'shop-1', file, parse }], journal, systemClock),
    [Symbol.asyncDispose]: async () => {
      journal[Symbol.dispose]()
      await rm(folder, { recursive: true })
    },
  }
}

test('takes lines from before it began, lines in pieces, and those written until it ends', async () => {
  await using it = await rig()
  await writeFile(it.file, 'before\npie')
  const following = it.follow()
  await expect.poll(it.told).toEqual(['before'])
  await appendFile(it.file, 'ce ü\n')
  await expect.poll(it.told).toEqual(['before', 'piece ü'])
  await appendFile(it.file, 'last\nunfinished')
  await following[Symbol.asyncDispose]()
  expect(it.told()).toEqual(['before', 'piece ü', 'last'])
})

test('dates a line by its writer, on the scale of the run', async () => {
  await using it = await rig(line => ({ event: 'was', detail: null, wallMs: Number(line) }))
  const beganMs = systemClock.wall().getTime() - it.journal.nowMs()
  await writeFile(it.file, `${beganMs + 1_234}\n`)
  await it.follow()[Symbol.asyncDispose]()
  const [entry] = it.journal.readBack()
  expect(entry).toMatchObject({ kind: 'service', instance: 'shop-1', source: 'shop-1' })
  expect(entry?.sourceAtMs).toBeGreaterThan(1_234 - 50)
  expect(entry?.sourceAtMs).toBeLessThan(1_234 + 50)
})

test('leaves out what the parser has no use for', async () => {
  await using it = await rig(event => (event === 'noise' ? undefined : { event, detail: null }))
  await writeFile(it.file, 'noise\nevent\nnoise\n')
  await it.follow()[Symbol.asyncDispose]()
  expect(it.told()).toEqual(['event'])
})

test.each([
  ['a log that is not there', undefined, 'no such file'],
  ['a parser that throws', () => broken('not my format'), 'not my format'],
] as const)('tells of %s as a gap of the journal', async (_, parse, why) => {
  await using it = await rig(parse)
  if (parse) await writeFile(it.file, 'line\nline\n')
  await it.follow()[Symbol.asyncDispose]()
  expect(it.journal.readBack()).toMatchObject([
    { kind: 'overflow', why: expect.stringContaining(why) },
  ])
})

function broken(message: string): never {
  throw new Error(message)
}
