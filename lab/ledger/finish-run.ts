import { rm } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import { LabError, messageOf } from '../base/errors.ts'
import { called } from '../base/installation.ts'
import { isAlive, isSame, type ProcessId } from '../processes/process-table.ts'
import { killTree, send } from '../processes/process-tree.ts'
import { type LedgerContent, LedgerWriter, readLedger } from './ledger-file.ts'
import { playUndo } from './play-undo.ts'
import { processesOf } from './run-processes.ts'
import { demandTrustedRun, labFolderOf } from './trusted-run.ts'

/** Together under five seconds: so long may what a dead lab left stay. */
const eachUndoWithinMs = 1_000
const allUndosWithinMs = 2_000
/** Longer where processes write what V8 counted before they go. */
const graceMs = process.env.NODE_V8_COVERAGE === undefined ? 500 : 10_000
const killWithinMs = 1_500

export interface Finished {
  readonly runId: string
  readonly ledgerFile: string
  /** Labels of the faults undone now. */
  readonly undone: readonly string[]
  readonly processesEnded: number
  /** What could not be done; then the ledger is kept, for another try. Empty: nothing is left. */
  readonly problems: readonly string[]
}

/**
 * Ends what a run left, from its ledger alone: plays unsettled undos, newest first; ends every
 * process it started, with all that descends from them; removes the scratch folder and the ledger.
 * Harmless when there is nothing left, or when another process does the same.
 */
export async function finishRun(ledgerFile: string, clock: Clock): Promise<Finished> {
  const content = await readLedger(ledgerFile)
  const { run } = content
  if (!run) throw unreadable(ledgerFile, content.problems)
  await demandTrustedRun(ledgerFile, run)
  const undos = await playAll(ledgerFile, content, clock)
  const ended = await endProcesses(ledgerFile, run, content.spawned, clock)
  const scratch = await attempt(() => rm(run.scratchFolder, { recursive: true, force: true }))
  const problems = [...content.problems, ...undos.problems, ...ended.problems, ...scratch]
  if (problems.length === 0) {
    await Promise.all([ledgerFile, `${ledgerFile}.log`].map(file => rm(file, { force: true })))
  }
  return {
    runId: run.runId,
    ledgerFile,
    undone: undos.undone,
    processesEnded: ended.count,
    problems,
  }
}

async function playAll(file: string, { owed }: LedgerContent, clock: Clock) {
  const undone: string[] = []
  const problems: string[] = []
  if (owed.length === 0) return { undone, problems }
  await using writer = await LedgerWriter.open(file)
  const deadline = clock.nowMs() + allUndosWithinMs
  for (const { id, label, undo } of owed.toReversed()) {
    const leftMs = Math.max(1, deadline - clock.nowMs())
    try {
      await playUndo(undo, labFolderOf(file), clock, Math.min(eachUndoWithinMs, leftMs))
      undone.push(label)
      await writer.append({ kind: 'settled', id })
    } catch (error) {
      problems.push(`undoing ${label}: ${messageOf(error)}`)
    }
  }
  return { undone, problems }
}

async function endProcesses(
  ledgerFile: string,
  run: NonNullable<LedgerContent['run']>,
  spawned: LedgerContent['spawned'],
  clock: Clock,
) {
  const first = processesOf(ledgerFile, run, spawned)
  const servers = first.own.filter(row => spawned.some(own => isSame(own, row)))
  // A frozen process hears nothing until it goes on.
  for (const row of first.own.toReversed()) send(row, 'SIGCONT')
  for (const row of servers) {
    send(row, (spawned.find(own => isSame(own, row))?.stopSignal ?? 'SIGTERM') as NodeJS.Signals)
  }
  // A moment to leave in order: Postgres takes its shared memory with it only if it may.
  const deadline = clock.nowMs() + graceMs
  while (servers.some(isAlive) && clock.nowMs() < deadline) await clock.sleep(10)
  const { own } = processesOf(ledgerFile, run, spawned)
  const left: readonly ProcessId[] = await killTree(own, clock, killWithinMs)
  return {
    count: first.own.length,
    problems: [
      ...left.map(({ pid }) => `process ${pid} is still alive after SIGKILL`),
      ...first.strange.map(
        ({ pid, name }) =>
          `process ${pid} is written down as ${name}, but carries no sign of the run: left alone`,
      ),
    ],
  }
}

async function attempt(action: () => Promise<void>): Promise<readonly string[]> {
  try {
    await action()
    return []
  } catch (error) {
    return [messageOf(error)]
  }
}

function unreadable(file: string, problems: readonly string[]): LabError {
  return new LabError({
    code: 'ledger-unreadable',
    expected: `${file} to begin with a line that says whose run it is`,
    found: problems[0] ?? 'an empty file',
    why: 'without it nobody can tell which processes and folders belong to the run',
    next: `look for servers left over (ps, ${called('doctor')}), then remove the file`,
  })
}
