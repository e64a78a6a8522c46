import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { LabError } from '../base/errors.ts'
import { printable } from '../base/printable.ts'
import { parseConclusion } from '../report/read-conclusion.ts'
import { repeatCommand } from '../report/repeat-command.ts'
import type { Conclusion } from '../verdict/conclusion.ts'

export interface ExperimentRun {
  /** Where `experiments/` is; default: the working directory. */
  readonly root?: string
  readonly seed?: number
  readonly proxy?: 'embedded' | 'toxiproxy'
  readonly without?: readonly string[]
}

const main = join(import.meta.dirname, '../cli/main.ts')

/**
 * Runs an experiment as its users do, by the command line in a process of its own, and resolves to its
 * verdict whatever it is.
 * @throws {LabError} `no-verdict` when the command ended without one; it has what the command said.
 */
export async function runExperiment(name: string, run: ExperimentRun = {}): Promise<Conclusion> {
  const args = [main, 'experiment', name, '--json']
  if (run.seed !== undefined) args.push('--seed', `${run.seed}`)
  if (run.proxy !== undefined) args.push('--proxy', run.proxy)
  for (const defence of run.without ?? []) args.push('--without', defence)
  const { code, stdout, stderr } = await ended(args, run.root ?? process.cwd())
  if (stdout.trim() !== '') return parseConclusion(JSON.parse(stdout), `${name} --json`)
  throw new LabError({
    code: 'no-verdict',
    expected: `a verdict of ${name}`,
    found: printable(`exit code ${code}\n${stderr}`),
    why: 'Only a verdict of held is green.',
    next: `Run it by hand: pnpm experiment ${name}`,
  })
}

/**
 * For a test: passes only when held.
 * @throws {Error} with every reason, each check's story, and the command that repeats the run.
 */
export function demandHeld(conclusion: Conclusion): void {
  if (conclusion.verdict === 'held') return
  const { experiment, verdict, reasons } = conclusion
  const texts = reasons.map(({ word, text }) => `  ${word}: ${text}`)
  const again = repeatCommand(conclusion)
  throw new Error(
    printable([`${experiment} is ${verdict}:`, ...texts, `again: ${again}`].join('\n')),
  )
}

function ended(args: readonly string[], cwd: string) {
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', code => resolve({ code, stdout, stderr }))
  })
}
