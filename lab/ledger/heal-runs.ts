import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import { isMissing } from '../base/own-file.ts'
import { placeOf } from '../processes/place.ts'
import { marksOf } from '../processes/process-marks.ts'
import { identify, isAlive, type ProcessId } from '../processes/process-table.ts'
import { killTree } from '../processes/process-tree.ts'
import { type Finished, finishRun } from './finish-run.ts'
import { type LedgerContent, readLedger } from './ledger-file.ts'
import { demandTrustedRun } from './trusted-run.ts'

/** What was found of one run, and what became of it. */
export type Healed =
  | ({ readonly state: 'finished' } & Finished)
  /** Its lab still runs, or its guardian is at work: it is not ours to end. */
  | ({ readonly state: 'alive'; readonly runId: string } & Owner)
  /** Started in another PID namespace, or on another machine: whether it lives cannot be seen here. */
  | { readonly state: 'foreign'; readonly runId: string; readonly ledgerFile: string }
  | { readonly state: 'unreadable'; readonly ledgerFile: string; readonly problem: string }

export interface Owner {
  readonly by: 'lab' | 'guardian'
  readonly pid: number
}

export interface HealOptions {
  readonly clock: Clock
  /**
   * How long a guardian whose lab is gone may take before it is ended and its work done here.
   * Default: it is left alone, as every start does with the runs of before.
   */
  readonly guardianWithinMs?: number
}

/**
 * Ends what dead runs left: every ledger below `folder` (`.lab`) whose lab is gone is played. The
 * same for the sweep at each start and for `pnpm lab heal`.
 */
export async function healRuns(folder: string, options: HealOptions): Promise<readonly Healed[]> {
  const ledgers = join(folder, 'ledgers')
  const names = await readdir(ledgers).catch(() => [])
  const files = names.filter(name => name.endsWith('.jsonl')).map(name => join(ledgers, name))
  // Where nobody can tell who lives, nobody must be taken for dead.
  if (files.length > 0) identify(process.pid)
  const healed = await Promise.all(files.map(file => healOne(file, options)))
  return healed.filter(found => found !== undefined)
}

async function healOne(file: string, options: HealOptions): Promise<Healed | undefined> {
  try {
    const content = await readLedger(file)
    if (content.run) {
      const { runId, place } = content.run
      await demandTrustedRun(file, content.run)
      if (place !== placeOf()) return { state: 'foreign', runId, ledgerFile: file }
      const living = await livingOwner(file, content, options)
      if (living) return { state: 'alive', runId, ...living }
    }
    return { state: 'finished', ...(await finishRun(file, options.clock)) }
  } catch (error) {
    // Its guardian may have finished meanwhile.
    if (isMissing(error)) return undefined
    const problem = messageOf(error)
    return { state: 'unreadable', ledgerFile: file, problem }
  }
}

async function livingOwner(
  file: string,
  { run, guardian }: LedgerContent,
  { clock, guardianWithinMs }: HealOptions,
): Promise<Owner | undefined> {
  if (run && isAlive(run.lab)) return { by: 'lab', pid: run.lab.pid }
  if (!guardian || !isAlive(guardian)) return undefined
  const byGuardian = { by: 'guardian', pid: guardian.pid } as const
  if (guardianWithinMs === undefined) return byGuardian
  if (await awaitEnd(guardian, clock, guardianWithinMs)) return undefined
  // The ledger is only data: it may name anybody as the guardian.
  if (!run || !marksOf(file, run.scratchFolder)(guardian.pid).tagged) return byGuardian
  // Only itself would be spared by its own work, and it has had its time.
  return (await killTree([guardian], clock)).length === 0 ? undefined : byGuardian
}

async function awaitEnd(guardian: ProcessId, clock: Clock, withinMs: number): Promise<boolean> {
  const deadline = clock.nowMs() + withinMs
  while (isAlive(guardian) && clock.nowMs() < deadline) await clock.sleep(50)
  return !isAlive(guardian)
}
