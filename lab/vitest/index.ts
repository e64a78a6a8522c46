import { LabError } from '../base/errors.ts'
import { called } from '../base/installation.ts'
import { printable } from '../base/printable.ts'
import { parseConclusion } from '../report/read-conclusion.ts'
import { repeatCommand } from '../report/repeat-command.ts'
import { runCommand } from '../rounds/run-command.ts'
import type { Conclusion } from '../verdict/conclusion.ts'

export interface ExperimentRun {
  /** Where `experiments/` is; default: the working directory. */
  readonly root?: string
  readonly seed?: number
  readonly proxy?: 'embedded' | 'toxiproxy'
  readonly without?: readonly string[]
}

/**
 * Runs an experiment as its users do, by the command line in a process of its own, and resolves to its
 * verdict whatever it is.
 * @throws {LabError} `no-verdict` when the command ended without one; it has what the command said.
 */
export async function runExperiment(name: string, run: ExperimentRun = {}): Promise<Conclusion> {
  const args = ['experiment', name, '--json']
  if (run.seed !== undefined) args.push('--seed', `${run.seed}`)
  if (run.proxy !== undefined) args.push('--proxy', run.proxy)
  for (const defence of run.without ?? []) args.push('--without', defence)
  const { code, stdout, stderr } = await runCommand(args, { cwd: run.root ?? process.cwd() })
  if (stdout.trim() !== '') return parseConclusion(JSON.parse(stdout), `${name} --json`)
  throw new LabError({
    code: 'no-verdict',
    expected: `a verdict of ${name}`,
    found: printable(`exit code ${code}\n${stderr}`),
    why: 'Only a verdict of held is green.',
    next: `Run it by hand: ${called(`experiment ${name}`)}`,
  })
}

/**
 * For a test: passes only when held.
 * @throws {Error} with every reason, each check's story, and the command that repeats the run.
 */
export function demandHeld(conclusion: Conclusion): void {
  const why = whyNotHeld(conclusion)
  if (why !== undefined) throw new Error(why)
}

/** Every reason, and the command that repeats the run; undefined when held. */
export function whyNotHeld(conclusion: Conclusion): string | undefined {
  if (conclusion.verdict === 'held') return undefined
  const { experiment, verdict, reasons } = conclusion
  const texts = reasons.map(({ word, text }) => `  ${word}: ${text}`)
  const again = repeatCommand(conclusion)
  return printable([`${experiment} is ${verdict}:`, ...texts, `again: ${again}`].join('\n'))
}
