import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

/** The environment variable by which the scenarios' application switches measures off. */
const variable = 'LAB_DEFENCES_OFF'

const report = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
})

export interface ScenarioRun {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  /** Why nothing is known, as when time was up. */
  readonly unknown?: string
}

export interface ScenarioRunOptions {
  readonly root: string
  readonly files: readonly string[]
  /** A regular expression of full titles. */
  readonly titles: string
  /** Off in every instance; none: as they are. */
  readonly off: readonly string[]
  readonly limitMs: number
  readonly signal: AbortSignal
}

/** Runs the scenarios of these files whose titles match. */
export async function runScenarios(options: ScenarioRunOptions): Promise<ScenarioRun> {
  const { root, files, titles, off, limitMs } = options
  const folder = await mkdtemp(join(tmpdir(), 'lab-scenarios-'))
  try {
    const outputFile = join(folder, 'report.json')
    const program = join(root, 'node_modules/vitest/vitest.mjs')
    const reporter = ['--reporter', 'json', '--outputFile', outputFile]
    const child = spawn(
      process.execPath,
      [program, 'run', '--project', 'scenarios', '-t', titles, ...reporter, ...files],
      { cwd: root, stdio: 'ignore', env: { ...process.env, [variable]: off.join() } },
    )
    const limit = AbortSignal.any([AbortSignal.timeout(limitMs), options.signal])
    const stop = () => child.kill()
    limit.addEventListener('abort', stop)
    await once(child, 'exit').finally(() => limit.removeEventListener('abort', stop))
    if (limit.aborted) return { passed: [], failed: [], unknown: `not over in ${limitMs / 1000} s` }
    return await outcomes(outputFile)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function outcomes(file: string): Promise<ScenarioRun> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return { passed: [], failed: [], unknown: 'Vitest wrote no report' }
  const { testResults } = report.parse(JSON.parse(text))
  const all = testResults.flatMap(({ assertionResults }) => assertionResults)
  const titled = (wanted: string) =>
    all.filter(({ status }) => status === wanted).map(({ fullName }) => fullName)
  return { passed: titled('passed'), failed: titled('failed') }
}
