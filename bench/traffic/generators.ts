import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { goInstall } from '../../targets/runtime/go-install.ts'

export const k6Version = '1.8.1'

/** What is asked of a generator: so many operations a second for so long. */
export interface Plan {
  readonly url: string
  readonly perSecond: number
  readonly seconds: number
}

/** A generator at work. */
export interface Running extends AsyncDisposable {
  readonly pid: number
  /** What it printed, once it has ended well. */
  readonly output: Promise<string>
}

export interface Generator {
  readonly name: 'ours' | 'k6'
  start(plan: Plan): Promise<Running>
  /** When operation `op` was intended, in ms of wall time, from what it printed and what it sent. */
  intended(output: string, startMs: number, perSecond: number): (op: number) => number
  /** What it held in the end for each operation, without garbage, where it tells. */
  keptBytes?(output: string): number
}

const told = z.object({ intended: z.array(z.number()), keptBytes: z.number() })

export const ours: Generator = {
  name: 'ours',
  start: async plan => {
    const file = join(import.meta.dirname, 'ours.ts')
    return run(process.execPath, ['--expose-gc', file, JSON.stringify(plan)])
  },
  intended: output => {
    const { intended } = told.parse(JSON.parse(output))
    return op => intended[op] ?? Number.NaN
  },
  keptBytes: output => told.parse(JSON.parse(output)).keptBytes,
}

/** Built once with Go, which takes minutes: said through `progress`. */
export async function k6(progress: (line: string) => void): Promise<Generator> {
  const command = await goInstall(`go.k6.io/k6@v${k6Version}`, progress)
  return {
    name: 'k6',
    start: async plan => {
      const folder = await mkdtemp(join(tmpdir(), 'lab-bench-k6-'))
      const file = join(folder, 'plan.js')
      await writeFile(file, script(plan))
      const running = run(command, ['run', '--quiet', '--no-usage-report', file])
      return {
        ...running,
        [Symbol.asyncDispose]: async () => {
          await running[Symbol.asyncDispose]()
          await rm(folder, { recursive: true })
        },
      }
    },
    intended: (_output, startMs, perSecond) => op => startMs + (op * 1_000) / perSecond,
  }
}

/** As its documentation has it for open-model traffic; one tag for all paths keeps its metrics few. */
function script({ url, perSecond, seconds }: Plan): string {
  return `
    import http from 'k6/http'
    import exec from 'k6/execution'
    export const options = {
      scenarios: {
        bench: {
          executor: 'constant-arrival-rate',
          rate: ${perSecond},
          timeUnit: '1s',
          duration: '${seconds}s',
          preAllocatedVUs: 50,
          maxVUs: 400,
        },
      },
    }
    export default function () {
      const id = exec.scenario.iterationInTest
      http.post('${url}/op/' + id, JSON.stringify({ id }), {
        headers: { 'content-type': 'application/json', 'x-start': String(exec.scenario.startTime) },
        tags: { name: 'op' },
      })
    }
  `
}

function run(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'close')
  const read = async () => {
    const chunks: Buffer[] = []
    for await (const chunk of child.stdout) chunks.push(chunk)
    const [code] = await gone
    if (code !== 0) throw new Error(`expected ${command} to end well, found code ${code}`)
    return Buffer.concat(chunks).toString()
  }
  const output = read()
  output.catch(() => {})
  return {
    pid: child.pid ?? 0,
    output,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await gone
    },
  }
}
