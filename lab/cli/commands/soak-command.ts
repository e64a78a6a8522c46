import { join, relative } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { systemClock } from '../../base/clock.ts'
import { parseDuration } from '../../base/duration.ts'
import { print } from '../../base/print.ts'
import { freshSeed } from '../../base/random.ts'
import { exitCodes, type Verdict, worst } from '../../base/verdict.ts'
import type { Experiment } from '../../model/experiment.ts'
import { loadExperiment } from '../../model/load-experiment.ts'
import { changesOf, claimsOf } from '../../proof/prove.ts'
import {
  appendSoakRun,
  asItIs,
  readSoakRuns,
  type SoakRun,
  soakFigures,
  soakRunOf,
} from '../../proof/soak.ts'
import { chosenClaims } from '../support/chosen-claims.ts'
import { commitOf } from '../support/commit-of.ts'
import { catchInterrupts } from '../support/interrupts.ts'
import { parseCount } from '../support/options.ts'
import { proxyOption } from '../support/proxy-option.ts'
import { runQuiet } from '../support/run-quiet.ts'
import { table } from '../support/table.ts'

interface Flags {
  readonly runs?: number
  readonly for?: number
  readonly ablations?: boolean
  readonly only?: string
  readonly proxy: 'embedded' | 'toxiproxy'
}

export function addSoakCommand(program: Command): void {
  program
    .command('soak <name>')
    .description('add runs with fresh seeds to docs/soak/<name>.jsonl, and print the figures')
    .option('--runs <number>', 'so many rounds; default 1, or as many as fit in --for', parseCount)
    .option('--for <duration>', 'start no new run after this long: 10m', parseSpan)
    .option('--ablations', 'each round also breaks every defence and plants every control')
    .option('--only <name>', 'runs without this defence or with this control, and no others')
    .addOption(proxyOption())
    .action(async (name: string, flags: Flags) => {
      const root = process.cwd()
      const experiment = await loadExperiment(root, name)
      const file = join(root, 'docs/soak', `${name}.jsonl`)
      const commit = await commitOf(root)
      const claims = claimsToRun(experiment, flags)
      const rounds = flags.runs ?? (flags.for === undefined ? 1 : Number.POSITIVE_INFINITY)
      const endMs = systemClock.nowMs() + (flags.for ?? Number.POSITIVE_INFINITY)
      using interrupts = catchInterrupts()
      const { signal } = interrupts
      const missed: Verdict[] = []
      let made = 0
      for (let round = 0; round < rounds; round++) {
        for (const claim of claims) {
          if (signal.aborted || systemClock.nowMs() > endMs) break
          const seed = freshSeed()
          const options = {
            name,
            seed,
            proxy: flags.proxy,
            root,
            signal,
            ...changesOf(true, claim),
          }
          const { conclusion } = await runQuiet(experiment, options, claim?.name ?? asItIs)
          if (conclusion.exitCode === exitCodes.interrupted) break
          const run = soakRunOf(conclusion, commit, claim)
          await appendSoakRun(file, run)
          made++
          for (const problem of run.problems) print(process.stdout, `  ${problem}`)
          // A claim that was not shown says nothing of the promises.
          if (!run.asExpected) missed.push(claim ? 'inconclusive' : conclusion.verdict)
        }
        if (signal.aborted || systemClock.nowMs() > endMs) break
      }
      print(process.stdout, `\n${figures(await readSoakRuns(file))}\n${relative(root, file)}`)
      const nothingAmiss = made === 0 ? 'inconclusive' : 'held'
      process.exitCode = exitCodes[missed.length === 0 ? nothingAmiss : worst(missed)]
      if (signal.aborted) process.exitCode = exitCodes.interrupted
    })
}

/** Undefined is the experiment as it is. */
function claimsToRun(experiment: Experiment, { ablations, only }: Flags) {
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

function parseSpan(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    throw new InvalidArgumentError("expected a duration such as '90s' or '10m'.")
  }
}
