import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { capabilitiesOf } from '../../admission/capabilities.ts'
import { isRequired } from '../../admission/lacking.ts'
import { systemClock } from '../../base/clock.ts'
import { LabError } from '../../base/errors.ts'
import { called } from '../../base/installation.ts'
import { readOwnFileIfThere, writeOwnFile } from '../../base/own-file.ts'
import { print, printAnnotation } from '../../base/print.ts'
import { printable } from '../../base/printable.ts'
import { exitCodes, worst } from '../../base/verdict.ts'
import { diffToGreen, keepGreen, readLastGreen } from '../../history/last-green.ts'
import { writableFolder } from '../../ledger/writable-folder.ts'
import { experimentsFolder } from '../../model/experiments-folder.ts'
import { listAll } from '../../model/list-all.ts'
import { markdownSummary, type NotRun } from '../../report/text/markdown.ts'
import { notRunWords, type Planned, planRound } from '../../rounds/plan-round.ts'
import { openRound, type Round } from '../../rounds/round.ts'
import { type Conclusion, conclusion } from '../../verdict/conclusion.ts'
import { commitOf } from '../support/commit-of.ts'
import { catchInterrupts } from '../support/interrupts.ts'
import { runVitest } from '../support/run-vitest.ts'
import { addToSummary } from '../support/step-summary.ts'
import { tellRound } from '../support/tell-round.ts'

interface Flags {
  readonly all?: boolean
  readonly fresh?: boolean
}

export function addResilienceCommand(program: Command): void {
  program
    .command('resilience [names...]')
    .description('experiments as Vitest tests: only held passes; JUnit and Markdown in runs/')
    .option('--all', "every experiment; else those of tier 'push', or all where none says its tier")
    .option('--fresh', 'with --all: begin anew instead of continuing what was interrupted')
    .action(async (names: readonly string[], flags: Flags) => {
      const root = process.cwd()
      const chosen = await chosenOf(root, names, flags.all ?? false)
      if (chosen.length === 0) throw nothingToRun(await experimentsFolder(root))
      process.exitCode = await runAll(root, chosen, flags)
    })
}

async function chosenOf(root: string, names: readonly string[], all: boolean) {
  const wanted = names.length > 0 ? names : await listAll(root)
  const found = await planRound(root, wanted, capabilitiesOf({}))
  const core = found.filter(({ experiment }) => experiment.tier === 'push')
  return all || names.length > 0 || core.length === 0 ? found : core
}

/** Resolves to the exit code: of the worst verdict, and of an error where there is none. */
async function runAll(root: string, chosen: readonly Planned[], flags: Flags): Promise<number> {
  const runs = await writableFolder(join(root, 'runs'))
  const counts = join(runs, 'resilience.json')
  await Promise.all([counts, join(runs, 'junit.xml')].map(old => rm(old, { force: true })))
  const roundFile = join(runs, 'rounds', flags.all ? 'resilience.jsonl' : 'push.jsonl')
  const open = async (fresh: boolean) =>
    openRound({
      file: roundFile,
      result: conclusion,
      fresh,
      startedAt: systemClock.wall().toISOString(),
      commit: await commitOf(root),
    })
  const begun = await open(!flags.all || flags.fresh === true)
  if (flags.all) await tellRound(root, begun)
  using interrupts = catchInterrupts()
  const code = await runVitest(root, runs, interrupts.signal, {
    RESILIENCE_EXPERIMENTS: chosen.map(({ name }) => name).join(','),
    RESILIENCE_ROUND: roundFile,
    RESILIENCE_ASKED_BY: `${process.pid}`,
    ...(flags.all ? { RESILIENCE_BESIDE: '1' } : {}),
  })
  const round = await open(false)
  const outcome = outcomeOf(chosen, round)
  await writeSummary(runs, outcome)
  if (process.env.GITHUB_ACTIONS === 'true') annotate(outcome)
  if (interrupts.signal.aborted) return exitCodes.interrupted
  await tellCount(counts, code)
  // What came to no verdict is made again by the next call.
  if (outcome.missing.length === 0) await round.end()
  return codeOf(outcome, code)
}

interface Outcome {
  readonly conclusions: readonly Conclusion[]
  readonly notRun: readonly NotRun[]
  readonly missing: readonly string[]
}

function outcomeOf(chosen: readonly Planned[], { done }: Round<Conclusion>): Outcome {
  const made = chosen.flatMap(({ name }) => done.get(name) ?? [])
  const unable = made.filter(({ exitCode }) => exitCode === exitCodes.unable)
  const lacking = chosen.filter(one => one.lacking.length > 0)
  const notRun = [
    ...lacking.map(({ name, lacking: all }) => {
      return { name, why: notRunWords(all), fails: isRequired(all.map(({ need }) => need)) }
    }),
    ...unable.map(({ experiment, reasons }) => {
      return { name: experiment, why: reasons[0]?.text ?? '', fails: isRequired([]) }
    }),
  ]
  const told = [...made.map(({ experiment }) => experiment), ...lacking.map(({ name }) => name)]
  return {
    conclusions: made.filter(one => !unable.includes(one)),
    notRun,
    missing: chosen.map(({ name }) => name).filter(name => !told.includes(name)),
  }
}

function codeOf({ conclusions, notRun, missing }: Outcome, code: number): number {
  const failed = missing.length > 0 || notRun.some(({ fails }) => fails)
  const verdict = failed ? 'error' : worst(conclusions.map(one => one.verdict))
  // A test beside the experiments may fail, and that is nobody's broken promise.
  return verdict === 'held' && code !== 0 ? exitCodes.error : exitCodes[verdict]
}

async function writeSummary(runs: string, outcome: Outcome): Promise<void> {
  const { conclusions, notRun, missing } = outcome
  const green = join(runs, 'last-green.json')
  const before = await readLastGreen(green)
  const changes = diffToGreen(before, conclusions)
  const text = markdownSummary(conclusions, { missing, notRun })
  const summary = printable([text, changes].join('\n'))
  await writeOwnFile(join(runs, 'summary.md'), summary)
  await addToSummary(summary)
  await keepGreen(green, before, conclusions)
}

/** One for each that is not green, where a reader of the change sees it. */
function annotate({ conclusions, notRun, missing }: Outcome): void {
  const tell = (title: string, message: string) =>
    printAnnotation(process.stdout, { level: 'error', title, message })
  for (const { experiment, verdict, reasons } of conclusions) {
    if (verdict === 'held') continue
    tell(`${experiment} is ${verdict}`, reasons.map(({ text }) => text).join('\n'))
  }
  for (const name of missing) tell(`${name} came to no verdict`, called(`experiment ${name}`))
  for (const { name, why, fails } of notRun) if (fails) tell(`${name} was not run`, why)
}

/** The last line, for scripts that count. */
async function tellCount(file: string, code: number): Promise<void> {
  const shape = z.object({ numPassedTests: z.number(), numFailedTests: z.number() })
  const text = await readOwnFileIfThere(file)
  if (text === undefined) throw noTests(code)
  const { numPassedTests, numFailedTests } = shape.parse(JSON.parse(text))
  const failed = code !== 0 && numFailedTests === 0 ? 1 : numFailedTests
  print(process.stdout, `${numPassedTests} passed, ${failed} failed`)
}

function noTests(code: number): LabError {
  return new LabError({
    code: 'no-tests',
    expected: 'Vitest to run the experiments, and to say how many passed',
    found: `nothing in runs/resilience.json, exit code ${code}`,
    why: 'No verdict was reached.',
    next: 'See what Vitest said above.',
  })
}

function nothingToRun(folder: string): LabError {
  return new LabError(
    {
      code: 'no-experiments',
      expected: `experiments in ${folder}/`,
      found: 'none',
      why: 'A run of nothing would be green.',
      next: `Add one (${called('init')} writes two), or go to the folder of the project.`,
    },
    'usage',
  )
}
