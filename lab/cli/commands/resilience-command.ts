import { spawn } from 'node:child_process'
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { LabError } from '../../base/errors.ts'
import { exitCodes } from '../../base/verdict.ts'
import { listExperiments, loadExperiment } from '../../model/load-experiment.ts'
import { parseConclusion } from '../../report/read-conclusion.ts'
import { markdownSummary } from '../../report/text/markdown.ts'
import { diffToGreen, keepGreen, readLastGreen } from '../../vitest/last-green.ts'

export function addResilienceCommand(program: Command): void {
  program
    .command('resilience [names...]')
    .description('experiments as Vitest tests: only held passes; JUnit and Markdown in runs/')
    .option('--all', 'every experiment (also what no name at all means)')
    .action(async (names: readonly string[], flags: { readonly all?: boolean }) => {
      const root = process.cwd()
      const all = (await listExperiments(root)).map(({ name }) => name)
      const chosen = flags.all || names.length === 0 ? all : names
      if (chosen.length === 0) throw nothingToRun()
      for (const name of chosen) await loadExperiment(root, name)
      process.exitCode = await runAll(root, chosen)
    })
}

async function runAll(root: string, names: readonly string[]): Promise<number> {
  const runs = join(root, 'runs')
  await mkdir(runs, { recursive: true })
  const results = join(runs, 'resilience.jsonl')
  await rm(results, { force: true })
  const code = await vitest(root, runs, {
    RESILIENCE_EXPERIMENTS: names.join(','),
    RESILIENCE_RESULTS: results,
  })
  const text = await readFile(results, 'utf8').catch(() => '')
  const conclusions = text
    .split('\n')
    .filter(Boolean)
    .map(line => parseConclusion(JSON.parse(line), results))
  const green = join(runs, 'last-green.json')
  const before = await readLastGreen(green)
  const missing = names.filter(name => !conclusions.some(one => one.experiment === name))
  const summary = [
    markdownSummary(conclusions),
    ...missing.map(name => `- **${name}** came to no verdict; see the test output.\n`),
    diffToGreen(before, conclusions),
  ].join('\n')
  await writeFile(join(runs, 'summary.md'), summary)
  const { GITHUB_STEP_SUMMARY } = process.env
  if (GITHUB_STEP_SUMMARY) await appendFile(GITHUB_STEP_SUMMARY, summary)
  await keepGreen(green, before, conclusions)
  await tellCount(join(runs, 'resilience.json'), code)
  return code === 0 ? exitCodes.held : exitCodes.broken
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
  const { numPassedTests, numFailedTests } = shape.parse(JSON.parse(await readFile(file, 'utf8')))
  const failed = code !== 0 && numFailedTests === 0 ? 1 : numFailedTests
  process.stdout.write(`${numPassedTests} passed, ${failed} failed\n`)
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
