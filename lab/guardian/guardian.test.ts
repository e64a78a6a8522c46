import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { systemClock } from '../base/clock.ts'
import { finishRun } from '../ledger/finish-run.ts'
import { healRuns } from '../ledger/heal-runs.ts'
import { LedgerWriter } from '../ledger/ledger-file.ts'
import { scratchFolderFor } from '../ledger/reachable-folder.ts'
import { placeOf } from '../processes/place.ts'
import {
  identify,
  isAlive,
  listProcesses,
  type ProcessId,
  withDescendants,
} from '../processes/process-table.ts'
import { killTree } from '../processes/process-tree.ts'
import { fixtureUndo } from '../testing/fixture-undo.ts'
import { startGuardian } from './client.ts'

const goneWithinMs = 5_000

interface FixtureLab extends AsyncDisposable {
  readonly folder: string
  readonly lab: ChildProcess
  readonly guardian: ProcessId
  /** The server and all that descends from it. */
  readonly processes: readonly ProcessId[]
  undone(): Promise<readonly string[]>
}

/** One that all may pass through to, so that the scratch folder is in it. */
async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-guardian-'))
  await chmod(folder, 0o755)
  return folder
}

/** A lab in mid-fault as a process of its own, in a process group of its own. */
async function startFixtureLab(): Promise<FixtureLab> {
  const folder = await ownFolder()
  const main = join(import.meta.dirname, '../testing/fixture-lab.ts')
  const lab = spawn(process.execPath, [main, folder, 'run-1'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface({ input: lab.stdout }), 'line')
  const said = z.object({ guardian: z.int(), server: z.int() }).parse(JSON.parse(line))
  const guardian = identify(said.guardian)
  const server = identify(said.server)
  await eventually(() => withDescendants(listProcesses(), [server]).length === 3)
  const processes = withDescendants(listProcesses(), [server])
  return {
    folder,
    lab,
    guardian,
    processes,
    undone: async () => {
      const text = await readFile(join(folder, 'undone'), 'utf8').catch(() => '')
      return text.split('\n').filter(row => row !== '')
    },
    [Symbol.asyncDispose]: async () => {
      await killTree([guardian, ...processes, ...labOf(lab)], systemClock)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function labOf(lab: ChildProcess): readonly ProcessId[] {
  return listProcesses().filter(row => row.pid === lab.pid)
}

async function eventually(holds: () => boolean, withinMs = goneWithinMs): Promise<number> {
  const start = systemClock.nowMs()
  while (!holds()) {
    if (systemClock.nowMs() - start > withinMs) throw new Error(`not so after ${withinMs} ms`)
    await systemClock.sleep(10)
  }
  return systemClock.nowMs() - start
}

async function expectNothingLeft(run: FixtureLab): Promise<void> {
  const tookMs = await eventually(() => ![run.guardian, ...run.processes].some(isAlive))
  console.log(`gone after ${tookMs.toFixed()} ms`)
  expect(await readdir(join(run.folder, '.lab/scratch'))).toEqual([])
  expect(await readdir(join(run.folder, '.lab/ledgers'))).toEqual([])
  expect(await run.undone()).toEqual(['second', 'first'])
}

test('a lab killed in mid-fault leaves no fault, process, scratch data or ledger', async () => {
  await using run = await startFixtureLab()
  run.lab.kill('SIGKILL')
  await expectNothingLeft(run)
})

test('a kill of the whole process group of the lab leaves nothing either', async () => {
  await using run = await startFixtureLab()
  process.kill(-Number(run.lab.pid), 'SIGKILL')
  await expectNothingLeft(run)
})

test('while the lab lives nothing is undone, whatever signal reaches the guardian', async () => {
  await using run = await startFixtureLab()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.kill(run.guardian.pid, signal)
  }
  const found = await healRuns(join(run.folder, '.lab'), {
    clock: systemClock,
    guardianWithinMs: 0,
  })
  expect(found).toEqual([{ state: 'alive', runId: 'run-1', by: 'lab', pid: run.lab.pid }])
  expect([run.guardian, ...run.processes].every(isAlive)).toBe(true)
  expect(await run.undone()).toEqual([])
})

test('what a killed lab and a killed guardian left is swept by the next start', async () => {
  await using run = await startFixtureLab()
  process.kill(run.guardian.pid, 'SIGKILL')
  run.lab.kill('SIGKILL')
  await eventually(() => ![run.guardian, ...labOf(run.lab)].some(isAlive))
  expect(run.processes.every(isAlive), 'nobody was there to end them').toBe(true)
  const [found] = await healRuns(join(run.folder, '.lab'), { clock: systemClock })
  expect(found).toMatchObject({ undone: ['second', 'first'], processesEnded: 3, problems: [] })
  await expectNothingLeft(run)
})

test('a guardian that hangs after its lab died is replaced by healing by hand', async () => {
  await using run = await startFixtureLab()
  process.kill(run.guardian.pid, 'SIGSTOP')
  run.lab.kill('SIGKILL')
  await eventually(() => labOf(run.lab).length === 0)
  const swept = await healRuns(join(run.folder, '.lab'), { clock: systemClock })
  expect(swept).toMatchObject([{ state: 'alive', by: 'guardian', pid: run.guardian.pid }])
  await healRuns(join(run.folder, '.lab'), { clock: systemClock, guardianWithinMs: 100 })
  await expectNothingLeft(run)
})

async function startOwnGuardian(clock = systemClock) {
  const folder = await ownFolder()
  const labFolder = join(folder, '.lab')
  const scratchFolder = await scratchFolderFor(labFolder, 'run-2')
  const guardian = await startGuardian({
    folder: labFolder,
    scratchFolder,
    runId: 'run-2',
    clock,
  })
  return {
    folder,
    scratchFolder,
    guardian,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

test('when the guardian dies the lab is told, and cleans up itself', async () => {
  await using own = await startOwnGuardian()
  const { guardian, folder } = own
  const server = await guardian.spawn({
    name: 'server',
    command: 'sleep',
    args: ['1000'],
    logFile: join(folder, 'log'),
  })
  const id = identify(server.pid)
  process.kill(guardian.pid, 'SIGKILL')
  await eventually(() => guardian.lost.aborted)
  await expect(server.pause()).rejects.toThrow('the guardian to live as long as the lab')
  expect(isAlive(id)).toBe(true)
  await guardian[Symbol.asyncDispose]()
  expect(isAlive(id)).toBe(false)
  expect(existsSync(own.scratchFolder)).toBe(false)
})

/** Ten times as fast where it waits: a hung guardian is given up after many seconds. */
const hurried = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) =>
    systemClock.sleep(ms >= 10_000 ? ms / 10 : ms, signal),
}

test('a guardian that is stopped is given up, and the lab cleans up in its place', async () => {
  await using own = await startOwnGuardian(hurried)
  const { guardian, folder } = own
  const spec = { name: 'server', command: 'sleep', args: ['1000'], logFile: join(folder, 'log') }
  const server = await guardian.spawn(spec)
  const id = identify(server.pid)
  process.kill(guardian.pid, 'SIGSTOP')
  await expect(server.pause()).rejects.toThrow('no answer to "pause" within 20 s')
  expect(guardian.lost.aborted).toBe(true)
  await guardian[Symbol.asyncDispose]()
  expect(isAlive(id)).toBe(false)
  expect(await readdir(join(folder, '.lab/ledgers'))).toEqual([])
})

test('one that is stopped when it is to finish is given up too', async () => {
  await using own = await startOwnGuardian(hurried)
  process.kill(own.guardian.pid, 'SIGSTOP')
  await own.guardian[Symbol.asyncDispose]()
  expect(listProcesses().some(({ pid }) => pid === own.guardian.pid)).toBe(false)
  expect(existsSync(own.scratchFolder)).toBe(false)
})

test('a fault whose undo cannot be played is refused before it is made', async () => {
  await using own = await startOwnGuardian()
  const { guardian, folder } = own
  const file = join(folder, 'undone')
  const main = new URL('main.ts', import.meta.url).href
  const cases = [
    [{ module: main, args: null }, 'exports no function "undo"'],
    [{ module: `${main}x`, args: null }, 'no such file'],
    [{ module: 'data:text/javascript,export const undo = 1', args: null }, 'not the file URL'],
    [{ module: fixtureUndo, args: { file } }, /arguments are not understood[\s\S]*line/],
  ] as const
  for (const [undo, says] of cases) {
    const owing = guardian.ledger.owe('x', undo)
    await expect(owing).rejects.toMatchObject({ code: 'not-undoable' })
    await expect(owing).rejects.toThrow(says)
  }
  await guardian.ledger.owe('x', { module: fixtureUndo, args: { file, line: 'x' } })
  await guardian[Symbol.asyncDispose]()
  expect(await readFile(file, 'utf8')).toBe('x\n')
})

test('a guardian that has ended everything and dies before it says so has done its work', async () => {
  await using own = await startOwnGuardian()
  const { guardian, folder } = own
  process.kill(guardian.pid, 'SIGKILL')
  await eventually(() => guardian.lost.aborted)
  await finishRun(join(folder, '.lab/ledgers/run-2.jsonl'), systemClock)
  await guardian[Symbol.asyncDispose]()
  expect(await readdir(join(folder, '.lab/ledgers'))).toEqual([])
})

test('a server can be frozen, continued, killed and started again, with all its children', async () => {
  await using own = await startOwnGuardian()
  const { guardian, folder } = own
  const server = await guardian.spawn({
    name: 'server',
    command: 'sh',
    args: ['-c', 'setsid sleep 1000 & sleep 1001 & wait'],
    logFile: join(folder, 'log'),
  })
  const tree = () => withDescendants(listProcesses(), [identify(server.pid)])
  await eventually(() => tree().length === 3)
  await server.pause()
  expect(tree().map(row => row.state)).toEqual(['T', 'T', 'T'])
  await server.resume()
  expect(tree().map(row => row.state)).not.toContain('T')
  const before = tree()
  const { exited, undoKill } = server
  await server.kill()
  expect(before.some(isAlive)).toBe(false)
  expect(await exited).toMatchObject({ signal: 'SIGKILL' })
  expect(server.running).toBe(false)
  const debt = await guardian.ledger.owe('kill', undoKill)
  await guardian.ledger.settle(debt)
  expect(server.running).toBe(true)
  const { pid } = server
  await guardian.ledger.settle(debt)
  expect(server.pid, 'settled twice, started once').toBe(pid)
  await guardian[Symbol.asyncDispose]()
  expect(listProcesses().some(row => row.pid === pid)).toBe(false)
})

test('a command that cannot be run is refused with its reason', async () => {
  await using own = await startOwnGuardian()
  const spec = { name: 'server', command: '/no/such/program', args: [], logFile: '/dev/null' }
  await expect(own.guardian.spawn(spec)).rejects.toThrow(/Found +spawn \/no\/such\/program ENOENT/)
  await own.guardian[Symbol.asyncDispose]()
})

test('an undo that throws at the end is reported, the others are played, and its entry is kept', async () => {
  await using own = await startOwnGuardian()
  const { guardian, folder } = own
  const file = join(folder, 'undone')
  const owe = (line: string, fails?: string) =>
    guardian.ledger.owe(line, {
      module: fixtureUndo,
      args: { file, line, ...(fails && { fails }) },
    })
  await owe('one')
  await owe('two', 'throw')
  await owe('three', 'hang')
  await owe('four')
  await expect(guardian[Symbol.asyncDispose]()).rejects.toMatchObject({
    code: 'not-cleaned-up',
    verdict: 'not-restored',
    message: expect.stringMatching(
      /undoing three[\s\S]*no answer by then[\s\S]*undoing two[\s\S]*cannot/,
    ),
  })
  expect(await readFile(file, 'utf8')).toBe('four\none\n')
  const ledger = join(folder, '.lab/ledgers/run-2.jsonl')
  expect(await readFile(ledger, 'utf8')).toContain('"fails":"throw"')
})

test('a guardian survives the half line of a lab that died, and a slip in an undo', async () => {
  const folder = await ownFolder()
  const labFolder = join(folder, '.lab')
  const ledgerFile = join(labFolder, 'ledgers', 'run-3.jsonl')
  await mkdir(join(labFolder, 'ledgers'), { recursive: true })
  const file = join(folder, 'undone')
  const lab = { pid: process.pid, startedAt: 'long ago' }
  const scratchFolder = await scratchFolderFor(labFolder, 'run-3')
  await using writer = await LedgerWriter.open(ledgerFile)
  await writer.append({ kind: 'run', runId: 'run-3', lab, place: placeOf(), scratchFolder })
  for (const line of ['one', 'two']) {
    const args = { file, line, fails: 'throw-later' }
    await writer.append({ kind: 'owe', id: line, label: line, undo: { module: fixtureUndo, args } })
  }
  const main = join(import.meta.dirname, 'main.ts')
  const guardian = spawn(process.execPath, [main, ledgerFile], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  guardian.stderr.on('data', chunk => {
    said += chunk.toString()
  })
  await once(guardian.stdout, 'data')
  guardian.stdin.end('{"do":"spawn","id":1,"ser')
  expect(await once(guardian, 'exit')).toEqual([0, null])
  expect(await readFile(file, 'utf8')).toBe('two\none\n')
  expect(said).toContain('not understood: {"do":"spawn"')
  expect(said).toContain('a slip after undoing one')
  await rm(folder, { recursive: true })
})
