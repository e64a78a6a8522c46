import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../lab/base/clock.ts'
import { type LedgerContent, readLedger } from '../lab/ledger/ledger-file.ts'
import { processesOf } from '../lab/ledger/run-processes.ts'
import { isAlive, type ProcessId } from '../lab/processes/process-table.ts'

const project = join(import.meta.dirname, '..')
const cli = join(project, 'lab/cli/main.ts')
const faultWithinMs = 100_000
const goneWithinMs = 5_000

/** A real run with its primary dead and its replication black-holed. */
interface MidFault extends AsyncDisposable {
  /** A project of its own, with the servers of this one. */
  readonly root: string
  readonly lab: ChildProcess
  readonly guardian: ProcessId
  readonly ledgerFile: string
  readonly scratchFolder: string
  /** The servers and all that descends from them. */
  readonly processes: readonly ProcessId[]
}

/** As redis-failover, but it also strikes where a busy machine answers slowly before. */
const experiment = `import base from '${project}/experiments/redis/redis-failover.ts'
export default { ...base, steadyState: base.steadyState.slice(0, 1) }
`

async function midFault(): Promise<MidFault> {
  const root = await mkdtemp(join(tmpdir(), 'killed-lab-'))
  await chmod(root, 0o755)
  await mkdir(join(root, 'experiments'))
  await writeFile(join(root, 'experiments/mid-fault.ts'), experiment)
  const lab = spawn(process.execPath, [cli, 'experiment', 'mid-fault'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { file, content } = await ledgerOf(root, lab, collect(lab))
  const { run, guardian, spawned } = content
  if (!run || !guardian) throw new Error(`${file} names no run or no guardian`)
  const processes = processesOf(file, run, spawned).own
  expect(processes.length, 'proxy, Postgres, Redis, Sentinels, service').toBeGreaterThan(9)
  return {
    root,
    lab,
    guardian,
    ledgerFile: file,
    scratchFolder: run.scratchFolder,
    processes,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

/** As soon as it owes the undo of both faults, and the kill has been made. */
async function ledgerOf(
  root: string,
  lab: ChildProcess,
  output: () => string,
): Promise<{ file: string; content: LedgerContent }> {
  const deadline = systemClock.nowMs() + faultWithinMs
  for (;;) {
    const names = await readdir(join(root, '.lab/ledgers')).catch(() => [])
    const file = join(root, '.lab/ledgers', names.find(name => name.endsWith('.jsonl')) ?? '')
    const content = await readLedger(file).catch(() => undefined)
    const isDead = content?.spawned.some(one => one.name.startsWith('redis-') && !isAlive(one))
    if (content?.owed.length === 2 && isDead) return { file, content }
    if (lab.exitCode !== null) throw new Error(`no fault, but this:\n${output()}`)
    if (systemClock.nowMs() > deadline) {
      lab.kill('SIGKILL')
      throw new Error(`no fault after ${faultWithinMs} ms:\n${output()}`)
    }
    await systemClock.sleep(50)
  }
}

/** What it prints, so that a run that comes to no fault says why. */
function collect({ stdout, stderr }: ChildProcess): () => string {
  let text = ''
  for (const stream of [stdout, stderr]) {
    stream?.on('data', chunk => {
      text += chunk.toString()
    })
  }
  return () => text
}

async function expectNothingLeft(run: MidFault): Promise<void> {
  const start = systemClock.nowMs()
  const left = () => [run.guardian, ...run.processes].filter(isAlive)
  while (left().length > 0 && systemClock.nowMs() - start < goneWithinMs) {
    await systemClock.sleep(20)
  }
  console.log(`gone after ${(systemClock.nowMs() - start).toFixed()} ms`)
  expect(left()).toEqual([])
  expect(existsSync(run.scratchFolder), run.scratchFolder).toBe(false)
  expect(existsSync(run.ledgerFile), run.ledgerFile).toBe(false)
}

test('a lab killed with SIGKILL in mid-fault leaves nothing', async () => {
  await using run = await midFault()
  run.lab.kill('SIGKILL')
  await expectNothingLeft(run)
})

test('nor does a kill of its whole process group', async () => {
  await using run = await midFault()
  process.kill(-Number(run.lab.pid), 'SIGKILL')
  await expectNothingLeft(run)
})

test('nor does Ctrl-C, which heals, ends with 130 and still concludes', async () => {
  await using run = await midFault()
  run.lab.kill('SIGINT')
  const [code] = await once(run.lab, 'exit')
  expect(code).toBe(130)
  await expectNothingLeft(run)
})

test('when the guardian is killed with it, healing by hand ends what is left', async () => {
  await using run = await midFault()
  process.kill(run.guardian.pid, 'SIGKILL')
  run.lab.kill('SIGKILL')
  await once(run.lab, 'exit')
  expect(run.processes.some(isAlive), 'nobody was there to end them').toBe(true)
  expect(await readFile(run.ledgerFile, 'utf8')).toContain('"owe"')
  const heal = spawn(process.execPath, [cli, 'heal'], { cwd: run.root, stdio: 'inherit' })
  expect(await once(heal, 'exit')).toEqual([0, null])
  await expectNothingLeft(run)
})
