import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { LedgerWriter } from '../../ledger/ledger-file.ts'
import { scratchFolderFor } from '../../ledger/reachable-folder.ts'
import { placeOf } from '../../processes/place.ts'
import { identify } from '../../processes/process-table.ts'
import { fixtureUndo } from '../../testing/fixture-undo.ts'
import { heal } from './heal.ts'

/** `.lab` with the ledger of a run that died and owes one undo. */
async function deadRun(fails?: 'throw') {
  const project = await mkdtemp(join(tmpdir(), 'lab-heal-'))
  await chmod(project, 0o755)
  const folder = join(project, '.lab')
  await mkdir(join(folder, 'ledgers'), { recursive: true })
  const file = join(folder, 'ledgers', 'run-1.jsonl')
  await using writer = await LedgerWriter.open(file)
  const lab = { ...identify(process.pid), startedAt: 'long ago' }
  const scratchFolder = await scratchFolderFor(folder, 'run-1')
  await writer.append({ kind: 'run', runId: 'run-1', lab, place: placeOf(), scratchFolder })
  const args = { file: join(folder, 'undone'), line: 'x', ...(fails && { fails }) }
  const undo = { module: fixtureUndo, args }
  await writer.append({ kind: 'owe', id: '1', label: 'kill(redis)', undo })
  return { folder, file, [Symbol.asyncDispose]: () => rm(project, { recursive: true }) }
}

async function healed(folder: string) {
  const lines: string[] = []
  const code = await heal({ folder, clock: systemClock, print: line => lines.push(line) })
  return { code, text: lines.join('\n') }
}

test('healing by hand undoes what a dead run owes, says so, and finds nothing the next time', async () => {
  await using run = await deadRun()
  expect(await healed(run.folder)).toEqual({
    code: 0,
    text: 'Run run-1 had died: undid kill(redis), ended 0 processes, removed its scratch folder.',
  })
  expect(await readdir(join(run.folder, 'ledgers'))).toEqual([])
  expect((await healed(run.folder)).text).toBe('Nothing to heal: no run left a ledger.')
})

test('what cannot be undone is named, exits with 3, and is kept for the next time', async () => {
  await using run = await deadRun('throw')
  const first = await healed(run.folder)
  expect(first.code).toBe(3)
  expect(first.text).toContain('Not done: undoing kill(redis)')
  expect(first.text).toContain('cannot undo x')
  expect(first.text).toContain(`remove ${run.file}`)
  expect((await healed(run.folder)).code).toBe(3)
})

test('a ledger of nobody is named with file and line', async () => {
  await using run = await deadRun()
  await writeFile(run.file, 'scribble\n')
  const found = await healed(run.folder)
  expect(found.code).toBe(3)
  expect(found.text).toContain(`${run.file}:1: no line of a ledger`)
})
