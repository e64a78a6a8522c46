import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { recordArtifact, type RunnerTestCase as Test, type TestAttachment } from 'vitest'
import { printable } from '../lab/base/printable.ts'
import { withoutSecrets } from '../lab/base/secrets.ts'
import { shellWord } from '../lab/base/shell-word.ts'
import type { Scope } from './scope.ts'

const linesOfLog = 30

export const reportKey = Symbol('resilience-lab report')

declare module 'vitest' {
  interface TestArtifactRegistry {
    [reportKey]: {
      readonly type: 'resilience-lab:report'
      readonly seed: number
      readonly again: string
      attachments: TestAttachment[]
    }
  }
}

/**
 * Of a test that has failed: the seed, the command that repeats it and the path of a report, behind the
 * message of its first error, where every reporter shows them and GitHub annotates the line; and the
 * report and the servers' logs as attachments of an artifact. Nothing where the lab was not used.
 * Annotations would be the way, but Vitest takes none once the test has failed.
 */
export async function tellFailure(task: Test, scope: Scope, seed: number): Promise<void> {
  await scope.end()
  const folder = await scope.folder()
  if (folder === undefined) return
  await scope.keepFolder()
  const again = repeatTest(relative(process.cwd(), task.file.filepath), task.name, seed)
  const names = (await readdir(folder)).filter(name => name.endsWith('.log'))
  const report = join(folder, 'report.md')
  await writeFile(report, await reportOf(scope, again, folder, names))
  const shown = relative(process.cwd(), report)
  const told = [`seed   ${seed}`, `again  ${again}`, `report ${shown}`].join('\n')
  const [error] = task.result?.errors ?? []
  if (error) error.message += `\n\n${printable(told)}`
  const logs = names.map(name => ({ path: join(folder, name), contentType: 'text/plain' }))
  const attachments = [{ path: report, contentType: 'text/markdown' }, ...logs]
  await recordArtifact(task, { type: 'resilience-lab:report', seed, again, attachments })
}

/** The command line that runs this test alone, with the same chance. */
export function repeatTest(file: string, title: string, seed: number): string {
  const pattern = title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const words = ['npx', 'vitest', 'run', file, '-t', pattern]
  return [`RESILIENCE_SEED=${seed}`, ...words.map(shellWord)].join(' ')
}

async function reportOf(
  { name, story }: Scope,
  again: string,
  folder: string,
  logs: readonly string[],
): Promise<string> {
  const told = story.map(({ atMs, text }) => `${`${atMs}`.padStart(7)} ms  ${text}`)
  const ends = await Promise.all(
    logs.map(async log => {
      const lines = (await readFile(join(folder, log), 'utf8')).trimEnd().split('\n')
      return [
        '',
        `## The end of ${log}`,
        '',
        ...lines.slice(-linesOfLog).map(line => `    ${line}`),
      ]
    }),
  )
  const text = [`# ${name}`, '', 'Again:', '', `    ${again}`, '', '## What the lab did', '']
  const all = [...text, ...told.map(line => `    ${line}`), ...ends.flat(), '']
  return withoutSecrets(all.join('\n'), () => '[redacted]')
}
