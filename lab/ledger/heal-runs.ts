import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import { isAlive, type ProcessId } from '../processes/process-table.ts'
import { killTree } from '../processes/process-tree.ts'
import { type Finished, finishRun } from './finish-run.ts'
import { isMissing, type LedgerContent, readLedger } from './ledger-file.ts'

/** What was found of one run, and what became of it. */
export type Healed =
  | ({ readonly state: 'finished' } & Finished)
  /** Its lab still runs, or its guardian is at work: it is not ours to end. */
  | { readonly state: 'alive'; readonly runId: string; readonly by: string }
  | { readonly state: 'unreadable'; readonly ledgerFile: string; readonly problem: string }

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
  const healed = await Promise.all(files.map(file => healOne(file, options)))
  return healed.filter(found => found !== undefined)
}

async function healOne(file: string, options: HealOptions): Promise<Healed | undefined> {
  try {
    const content = await readLedger(file)
    const living = await livingOwner(content, options)
    if (living && content.run) return { state: 'alive', runId: content.run.runId, by: living }
    return { state: 'finished', ...(await finishRun(file, options.clock)) }
  } catch (error) {
    // Its guardian may have finished meanwhile.
    if (isMissing(error)) return undefined
    const problem = messageOf(error)
    return { state: 'unreadable', ledgerFile: file, problem }
  }
}

async function livingOwner(
  { run, guardian }: LedgerContent,
  { clock, guardianWithinMs }: HealOptions,
): Promise<string | undefined> {
  if (run && isAlive(run.lab)) return `its lab, process ${run.lab.pid}`
  if (!guardian || !isAlive(guardian)) return undefined
  const byGuardian = `its guardian, process ${guardian.pid}`
  if (guardianWithinMs === undefined) return byGuardian
  await awaitEnd(guardian, clock, guardianWithinMs)
  return undefined
}

async function awaitEnd(guardian: ProcessId, clock: Clock, withinMs: number): Promise<void> {
  const deadline = clock.nowMs() + withinMs
  while (isAlive(guardian) && clock.nowMs() < deadline) await clock.sleep(50)
  // Only itself would be spared by its own work, and it has had its time.
  await killTree([guardian], clock)
}
