import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import { appendOwnFile, readOwnFileIfThere, writeOwnFile } from '../../base/own-file.ts'
import { print } from '../../base/print.ts'
import { printable } from '../../base/printable.ts'
import { exitCodes, worst } from '../../base/verdict.ts'
import { writableFolder } from '../../ledger/writable-folder.ts'
import { listExperiments, loadExperiment } from '../../model/load-experiment.ts'
import { parseConclusion } from '../../report/read-conclusion.ts'
import { markdownSummary } from '../../report/text/markdown.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import { diffToGreen, keepGreen, readLastGreen } from '../../vitest/last-green.ts'

export function addResilienceCommand(program: Command): void {
  program
    .command('resilience [names...]')
    .description('experiments as Vitest tests: only held passes; JUnit and Markdown in runs/')
    .option('--all', "every experiment; else those of tier 'push', or all where none says its tier")
    .action(async (names: readonly string[], flags: { readonly all?: boolean }) => {
      const root = process.cwd()
      const chosen = await chosenOf(root, names, flags.all ?? false)
      if (chosen.length === 0) throw nothingToRun()
      process.exitCode = await runAll(root, chosen)
    })
}

/** All are loaded, so that a broken file is told before anything runs. */
async function chosenOf(root: string, names: readonly string[], all: boolean): Promise<string[]> {
  const wanted = names.length > 0 ? names : (await listExperiments(root)).map(({ name }) => name)
  const found: { readonly name: string; readonly tier: string | undefined }[] = []
  for (const name of wanted) found.push({ name, tier: (await loadExperiment(root, name)).tier })
  const core = found.filter(({ tier }) => tier === 'push')
  const everything = all || names.length > 0 || core.length === 0
  return (everything ? found : core).map(({ name }) => name)
}

/** Resolves to the exit code: of the worst verdict, and of an error where there is none. */
async function runAll(root: string, names: readonly string[]): Promise<number> {
  const runs = await writableFolder(join(root, 'runs'))
  const results = join(runs, 'resilience.jsonl')
  const counts = join(runs, 'resilience.json')
  await Promise.all([results, counts, join(runs, 'junit.xml')].map(old => rm(old, { force: true })))
  const code = await vitest(root, runs, {
    RESILIENCE_EXPERIMENTS: names.join(','),
    RESILIENCE_RESULTS: results,
  })
  const conclusions = await readResults(results)
  const green = join(runs, 'last-green.json')
  const before = await readLastGreen(green)
  const missing = names.filter(name => !conclusions.some(one => one.experiment === name))
  const changes = diffToGreen(before, conclusions)
  const summary = printable([markdownSummary(conclusions, missing), changes].join('\n'))
  await writeOwnFile(join(runs, 'summary.md'), summary)
  const { GITHUB_STEP_SUMMARY } = process.env
  if (GITHUB_STEP_SUMMARY) await appendOwnFile(GITHUB_STEP_SUMMARY, summary)
  await keepGreen(green, before, conclusions)
  await tellCount(counts, code)
  const verdict = missing.length > 0 ? 'error' : worst(conclusions.map(one => one.verdict))
  // A test beside the experiments may fail, and that is nobody's broken promise.
  return verdict === 'held' && code !== 0 ? exitCodes.error : exitCodes[verdict]
}

async function readResults(file: string): Promise<readonly Conclusion[]> {
  const text = (await readOwnFileIfThere(file)) ?? ''
  const lines = text.split('\n').filter(Boolean)
  return lines.map(line => parseConclusion(JSON.parse(line), file))
}

function vitest(root: string, runs: string, env: Record<string, string>): Promise<number> {
  const args = [
    ...['run', '--project', 'experiments', '--reporter=default'],
    ...['--reporter=junit', `--outputFile.junit=${join(runs, 'junit.xml')}`],
    ...['--reporter=json', `--outputFile.json=${join(runs, 'resilience.json')}`],
  ]
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, 'node_modules/.bin/vitest'), args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    child.on('error', reject)
    child.on('close', code => resolve(code ?? 1))
  })
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

function nothingToRun(): LabError {
  return new LabError(
    {
      code: 'no-experiments',
      expected: 'experiments in experiments/**/*.ts',
      found: 'none',
      why: 'A run of nothing would be green.',
      next: 'Add one, or go to the folder of the project.',
    },
    'usage',
  )
}
