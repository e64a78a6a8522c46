import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../lab/clock.ts'
import { type LedgerContent, readLedger } from '../lab/ledger-file.ts'
import {
  findMarked,
  isAlive,
  listProcesses,
  type ProcessId,
  withDescendants,
} from '../lab/process-table.ts'

const cli = join(import.meta.dirname, '../lab/cli/main.ts')
const ledgers = join(import.meta.dirname, '../.lab/ledgers')
const faultWithinMs = 60_000
const goneWithinMs = 5_000

/** A real run with its primary dead and its replication black-holed. */
interface MidFault {
  readonly lab: ChildProcess
  readonly guardian: ProcessId
  readonly ledgerFile: string
  readonly scratchFolder: string
  /** The servers and all that descends from them. */
  readonly processes: readonly ProcessId[]
}

async function midFault(): Promise<MidFault> {
  const lab = spawn(process.execPath, [cli, 'experiment', 'redis-failover'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { file, content } = await ledgerOf(lab, collect(lab))
  const { run, guardian, spawned } = content
  if (!run || !guardian) throw new Error(`${file} names no run or no guardian`)
  const roots = [...spawned, ...findMarked(run.runId, run.scratchFolder)]
  const processes = withDescendants(listProcesses(), roots)
  expect(processes.length, 'proxy, Postgres, Redis, Sentinels, service').toBeGreaterThan(9)
  return { lab, guardian, ledgerFile: file, scratchFolder: run.scratchFolder, processes }
}

/** As soon as it owes the undo of both faults, and the kill has been made. */
async function ledgerOf(
  lab: ChildProcess,
  output: () => string,
): Promise<{ file: string; content: LedgerContent }> {
  const deadline = systemClock.nowMs() + faultWithinMs
  for (;;) {
    for (const name of await readdir(ledgers).catch(() => [])) {
      const file = join(ledgers, name)
      // A neighbour's may be gone by now.
      const content = await readLedger(file).catch(() => undefined)
      const isDead = content?.spawned.some(one => one.name.startsWith('redis-') && !isAlive(one))
      const isOurs = content?.run?.lab.pid === lab.pid
      if (content && isOurs && content.owed.length === 2 && isDead) return { file, content }
    }
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
  const run = await midFault()
  run.lab.kill('SIGKILL')
  await expectNothingLeft(run)
})

test('nor does a kill of its whole process group', async () => {
  const run = await midFault()
  process.kill(-Number(run.lab.pid), 'SIGKILL')
  await expectNothingLeft(run)
})

test('nor does Ctrl-C, which heals, ends with 130 and still concludes', async () => {
  const run = await midFault()
  run.lab.kill('SIGINT')
  const [code] = await once(run.lab, 'exit')
  expect(code).toBe(130)
  await expectNothingLeft(run)
})

test('when the guardian is killed with it, healing by hand ends what is left', async () => {
  const run = await midFault()
  process.kill(run.guardian.pid, 'SIGKILL')
  run.lab.kill('SIGKILL')
  await once(run.lab, 'exit')
  expect(run.processes.some(isAlive), 'nobody was there to end them').toBe(true)
  expect(await readFile(run.ledgerFile, 'utf8')).toContain('"owe"')
  const heal = spawn(process.execPath, [cli, 'heal'], { stdio: 'inherit' })
  expect(await once(heal, 'exit')).toEqual([0, null])
  await expectNothingLeft(run)
})
