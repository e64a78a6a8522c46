import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { openRound } from './round.ts'

async function scratch() {
  const folder = await mkdtemp(join(tmpdir(), 'lab-round-'))
  const file = join(folder, 'rounds', 'proofs.jsonl')
  const open = (startedAt: string, fresh = false) =>
    openRound({ file, fresh, startedAt, commit: 'c', result: z.object({ code: z.int() }) })
  return { file, open, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

test('an interrupted round is continued, one that ended or is unwanted begins anew', async () => {
  await using it = await scratch()
  const first = await it.open('monday')
  await first.keep('a', { code: 0 })
  const again = await it.open('tuesday')
  expect([again.startedAt, ...again.done]).toEqual(['monday', ['a', { code: 0 }]])
  expect((await it.open('wednesday', true)).done.size).toBe(0)
  const last = await it.open('thursday')
  expect(last.startedAt).toBe('wednesday')
  await last.end()
  expect((await it.open('friday')).startedAt).toBe('friday')
})

test('half a line of a killed process costs that result alone', async () => {
  await using it = await scratch()
  await (await it.open('monday')).keep('a', { code: 0 })
  await appendFile(it.file, '{"name":"b","resu')
  await (await it.open('tuesday')).keep('c', { code: 2 })
  expect([...(await it.open('wednesday')).done.keys()]).toEqual(['a', 'c'])
})
