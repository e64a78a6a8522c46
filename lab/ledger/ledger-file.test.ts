import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { openLedger } from '../guardian/open-ledger.ts'
import { placeOf } from '../processes/place.ts'
import { identify } from '../processes/process-table.ts'
import { fixtureUndo } from '../testing/fixture-undo.ts'
import { finishRun } from './finish-run.ts'
import { healRuns } from './heal-runs.ts'
import { LedgerWriter, readLedger } from './ledger-file.ts'
import { scratchFolderFor } from './reachable-folder.ts'

/** A ledger of a run whose lab is long gone, that owes three undos. */
async function deadRun() {
  const folder = await mkdtemp(join(tmpdir(), 'lab-ledger-'))
  await chmod(folder, 0o755)
  const labFolder = join(folder, '.lab')
  await mkdir(join(labFolder, 'ledgers'), { recursive: true })
  const file = join(labFolder, 'ledgers', 'run-1.jsonl')
  const trace = join(folder, 'undone')
  const gone = { ...identify(process.pid), startedAt: 'long ago' }
  const writer = await LedgerWriter.open(file)
  const scratchFolder = await scratchFolderFor(labFolder, 'run-1')
  await writer.append({
    kind: 'run',
    runId: 'run-1',
    lab: gone,
    place: placeOf(),
    scratchFolder,
  })
  const ledger = openLedger(writer, systemClock)
  const owe = (line: string) =>
    ledger.owe(line, { module: fixtureUndo, args: { file: trace, line } })
  const ids = [await owe('one'), await owe('two'), await owe('three')] as const
  return {
    folder,
    file,
    ledger,
    writer,
    ids,
    undone: () => readFile(trace, 'utf8').catch(() => ''),
    [Symbol.asyncDispose]: async () => {
      await writer[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

test('what is settled is played once, and not again when the run is finished', async () => {
  await using run = await deadRun()
  await Promise.all([run.ledger.settle(run.ids[1]), run.ledger.settle(run.ids[1])])
  expect((await readLedger(run.file)).owed.map(({ label }) => label)).toEqual(['one', 'three'])
  expect(await finishRun(run.file, systemClock)).toMatchObject({ undone: ['three', 'one'] })
  expect(await run.undone()).toBe('two\nthree\none\n')
})

test('a line cut short is reported with file and line; the others are played; the ledger stays', async () => {
  await using run = await deadRun()
  const { length } = await readFile(run.file)
  await truncate(run.file, length - 10)
  const found = await finishRun(run.file, systemClock)
  expect(found.undone).toEqual(['two', 'one'])
  expect(found.problems).toEqual([expect.stringContaining(`${run.file}:4: no line of a ledger`)])
  const again = await finishRun(run.file, systemClock)
  expect(again).toMatchObject({ undone: [], problems: found.problems })
  expect(await run.undone()).toBe('two\none\n')
})

test('a line written over in the middle hides no other, and a later line is not glued to it', async () => {
  await using run = await deadRun()
  await appendFile(run.file, '{"kind":"owe","id":4}\n{"kind":"ow')
  const found = await finishRun(run.file, systemClock)
  expect(found.undone).toEqual(['three', 'two', 'one'])
  expect(found.problems).toHaveLength(2)
  expect((await readLedger(run.file)).owed).toEqual([])
})

test('a ledger that does not say whose run it is touches nothing and is named', async () => {
  await using run = await deadRun()
  const text = await readFile(run.file, 'utf8')
  await truncate(run.file)
  await appendFile(run.file, text.slice(20))
  await expect(finishRun(run.file, systemClock)).rejects.toThrow(
    /begin with a line that says whose run[\s\S]*run-1.jsonl:1/,
  )
  expect(await run.undone()).toBe('')
})

test('a process that took the pid of one of ours is never ended', async () => {
  await using run = await deadRun()
  const stranger = { pid: process.ppid, startedAt: 'long ago' }
  await run.writer.append({ kind: 'spawned', name: 'server', stopSignal: 'SIGTERM', ...stranger })
  expect(await finishRun(run.file, systemClock)).toMatchObject({ processesEnded: 0, problems: [] })
  expect(() => process.kill(process.ppid, 0)).not.toThrow()
})

test('on a full disk the fault is refused, since its undo could not be written down', async () => {
  await using run = await deadRun()
  const full = {
    file: run.file,
    append: () => Promise.reject(new Error('no space left on the device')),
  }
  const undo = { module: fixtureUndo, args: { file: run.file, line: 'x' } }
  await expect(openLedger(full, systemClock).owe('kill(redis)', undo)).rejects.toMatchObject({
    code: 'ledger-not-written',
    message: expect.stringMatching(
      /how "kill\(redis\)" is undone[\s\S]*no space left on the device/,
    ),
  })
})

test('an undo whose module is gone is reported by name', async () => {
  await using run = await deadRun()
  await run.writer.append({
    kind: 'owe',
    id: '9',
    label: 'lost',
    undo: { module: 'file:///no/such/undo.ts', args: null },
  })
  const found = await finishRun(run.file, systemClock)
  expect(found.problems.join()).toMatch(/undoing lost[\s\S]*\/no\/such\/undo.ts/)
  expect(found.undone).toEqual(['three', 'two', 'one'])
})

test('healing a folder without ledgers finds nothing', async () => {
  expect(await healRuns('/no/such/folder', { clock: systemClock })).toEqual([])
})
