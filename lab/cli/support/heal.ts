import type { Clock } from '../../base/clock.ts'
import { called } from '../../base/installation.ts'
import { exitCodes } from '../../base/verdict.ts'
import { type Healed, healRuns } from '../../ledger/heal-runs.ts'

/** Longer than a guardian needs for all its work. */
const guardianWithinMs = 6_000

export interface HealOptions {
  /** `.lab`, where the ledgers are. */
  readonly folder: string
  readonly clock: Clock
  readonly print: (line: string) => void
}

/** `pnpm lab heal`: ends by hand what dead runs left. Resolves to the exit code. */
export async function heal({ folder, clock, print }: HealOptions): Promise<number> {
  const healed = await healRuns(folder, { clock, guardianWithinMs })
  if (healed.length === 0) print('Nothing to heal: no run left a ledger.')
  for (const line of healed.flatMap(tellHealed)) print(line)
  return healed.every(isWhole) ? exitCodes.held : exitCodes['not-restored']
}

/** What became of a run, for people: also for the sweep at the start of each run. */
export function tellHealed(healed: Healed): readonly string[] {
  switch (healed.state) {
    case 'alive':
      return [
        `Run ${healed.runId} is left alone: its ${healed.by}, process ${healed.pid}, is alive.`,
      ]
    case 'foreign':
      return [
        `Run ${healed.runId} is left alone: it was started in another PID namespace (a container?)`,
        '  or on another machine, so whether it lives cannot be seen from here. Heal it there,',
        `  or, when you know that nothing of it runs, remove ${healed.ledgerFile}`,
      ]
    case 'unreadable':
      return [healed.problem]
    case 'finished':
      return tellFinished(healed)
  }
}

function tellFinished(run: Extract<Healed, { state: 'finished' }>): readonly string[] {
  const done = [
    ...run.undone.map(label => `undid ${label}`),
    `ended ${run.processesEnded} processes`,
    'removed its scratch folder',
  ]
  const head = `Run ${run.runId} had died: ${done.join(', ')}.`
  if (run.problems.length === 0) return [head]
  return [
    head,
    ...run.problems.map(problem => `  Not done: ${problem}`),
    `  The record is kept. Remove the cause and run: ${called('heal')}`,
    `  Or, when you know that nothing is left, remove ${run.ledgerFile}`,
  ]
}

function isWhole(healed: Healed): boolean {
  if (healed.state === 'alive' || healed.state === 'foreign') return true
  return healed.state === 'finished' && healed.problems.length === 0
}
