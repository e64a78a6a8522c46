import { join, relative } from 'node:path'
import { capabilitiesOf } from '../../admission/capabilities.ts'
import { systemClock } from '../../base/clock.ts'
import { LabError } from '../../base/errors.ts'
import { called } from '../../base/installation.ts'
import { print, printPart } from '../../base/print.ts'
import { freshSeed } from '../../base/random.ts'
import { exitCodes, type Verdict } from '../../base/verdict.ts'
import type { Experiment } from '../../model/experiment.ts'
import { listExperiments, loadExperiment } from '../../model/load-experiment.ts'
import { changesOf, claimsOf } from '../../proof/prove.ts'
import {
  appendSoakRun,
  asItIs,
  readSoakRuns,
  type SoakRun,
  soakFigures,
  soakRunOf,
} from '../../proof/soak.ts'
import { markdownTable } from '../../report/text/markdown.ts'
import { planRound } from '../../rounds/plan-round.ts'
import { chosenClaims } from './chosen-claims.ts'
import { runQuiet } from './run-quiet.ts'
import { addToSummary } from './step-summary.ts'
import { table } from './table.ts'

export interface SoakFlags {
  readonly runs?: number
  readonly for?: number
  readonly ablations?: boolean
  readonly only?: string
  readonly proxy: 'embedded' | 'toxiproxy'
}

export interface Soak {
  readonly root: string
  readonly commit: string
  readonly flags: SoakFlags
  /** No run begins after this. */
  readonly endMs: number
  readonly signal: AbortSignal
}

/** Resolves to a verdict for each run that was made: `held` where it came out as it must. */
export async function soakOne(soak: Soak, name: string): Promise<readonly Verdict[]> {
  const { root, flags } = soak
  const experiment = await loadExperiment(root, name)
  const made: Verdict[] = []
  for (let round = 0; round < roundsOf(flags) && !isOver(soak); round++) {
    made.push(...(await soakRound(soak, name, experiment)))
  }
  const file = ledgerOf(root, name)
  print(process.stdout, `\n${figures(await readSoakRuns(file))}\n${relative(root, file)}`)
  return made
}

/** Always the experiment with the fewest runs in the ledger, until all have had theirs or time is over. */
export async function soakAll(soak: Soak): Promise<readonly Verdict[]> {
  const { root, flags, signal } = soak
  if (flags.only !== undefined) throw onlyOfWhat()
  const names = (await listExperiments(root)).map(({ name }) => name)
  const able = (await planRound(root, names, capabilitiesOf(flags)))
    .filter(({ lacking }) => lacking.length === 0)
    .map(({ name, experiment }) => ({ name, experiment, runs: 0 }))
  for (const one of able) one.runs = await runsOf(root, one.name)
  const made: Verdict[] = []
  for (let left = able.length * roundsOf(flags); left > 0 && !isOver(soak); left--) {
    const [first, ...others] = able
    if (!first) break
    const next = others.reduce((least, one) => (one.runs < least.runs ? one : least), first)
    printPart(process.stdout, `${next.name}, ${next.runs} runs: `)
    made.push(...(await soakRound(soak, next.name, next.experiment)))
    next.runs++
  }
  const amiss = made.filter(verdict => verdict !== 'held').length
  print(process.stdout, `\n${made.length} runs, ${amiss} not as they must be`)
  const rows = able.map(({ name, runs }) => [name, `${runs}`])
  const head = `## Soak: ${made.length} runs, ${amiss} not as they must be`
  await addToSummary(
    `${head}\n\n${markdownTable([['experiment', 'runs in its ledger'], ...rows])}\n`,
  )
  if (signal.aborted) print(process.stdout, 'interrupted; what was made is in the ledger')
  return made
}

function roundsOf(flags: SoakFlags): number {
  return flags.runs ?? (flags.for === undefined ? 1 : Number.POSITIVE_INFINITY)
}

/** The experiment as it is, and with the flags each of its claims: added to its ledger. */
async function soakRound(
  soak: Soak,
  name: string,
  experiment: Experiment,
): Promise<readonly Verdict[]> {
  const { root, commit, flags, signal } = soak
  const made: Verdict[] = []
  for (const claim of claimsToRun(experiment, flags)) {
    if (isOver(soak)) break
    const asked = { name, seed: freshSeed(), proxy: flags.proxy, root, signal }
    const options = { ...asked, ...changesOf(true, claim) }
    const { conclusion } = await runQuiet(experiment, options, claim?.name ?? asItIs)
    const { exitCode } = conclusion
    // Of an interrupted run, and of one that this machine cannot make, the ledger has nothing to keep.
    if (exitCode === exitCodes.interrupted || exitCode === exitCodes.unable) break
    const run = soakRunOf(conclusion, commit, claim)
    await appendSoakRun(ledgerOf(root, name), run)
    for (const problem of run.problems) print(process.stdout, `  ${problem}`)
    // A claim that was not shown says nothing of the promises.
    const missed = claim ? 'inconclusive' : conclusion.verdict
    made.push(run.asExpected ? 'held' : missed)
  }
  return made
}

function isOver({ signal, endMs }: Soak): boolean {
  return signal.aborted || systemClock.nowMs() > endMs
}

async function runsOf(root: string, name: string): Promise<number> {
  const runs = await readSoakRuns(ledgerOf(root, name))
  return runs.filter(({ change }) => change === asItIs).length
}

function ledgerOf(root: string, name: string): string {
  return join(root, 'docs/soak', `${name}.jsonl`)
}

/** Undefined is the experiment as it is. */
function claimsToRun(experiment: Experiment, { ablations, only }: SoakFlags) {
  if (only !== undefined) return chosenClaims(experiment, only)
  return [undefined, ...(ablations ? claimsOf(experiment) : [])]
}

function figures(runs: readonly SoakRun[]): string {
  const rows = soakFigures(runs).map(({ change, runs, asExpected, inARow, seeds }) => [
    change === asItIs ? 'held' : `without ${change}: broken as claimed`,
    `${asExpected}/${runs}`,
    `last ${inARow} in a row`,
    `${seeds} seeds`,
  ])
  return table(rows)
}

function onlyOfWhat(): LabError {
  return new LabError(
    {
      code: 'only-of-what',
      expected: 'the name of an experiment with --only',
      found: 'none',
      why: 'Experiments have different defences.',
      next: called('soak NAME --only DEFENCE'),
    },
    'usage',
  )
}
