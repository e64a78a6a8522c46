import { spawn } from 'node:child_process'
import { LabError } from '../base/errors.ts'
import { explainFailure } from './explain-failure.ts'

export interface ComposeRun {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Each line as it comes. */
  readonly progress: (line: string) => void
}

/**
 * Runs `docker compose …` and resolves to what it printed on standard output.
 * @throws {LabError} `no-compose` or `compose-too-old` (as `unable`), `compose-failed` with what was meant.
 */
export async function compose(
  args: readonly string[],
  { environment, signal, progress }: ComposeRun,
): Promise<string> {
  const env = { ...process.env, ...environment }
  const { code, output, errors } = await command(
    'docker',
    ['compose', ...args],
    env,
    signal,
    progress,
  )
  if (code === 0) return output
  if (/not a docker command|unknown shorthand flag|ENOENT|unknown command/i.test(errors)) {
    throw await withoutCompose(env, signal)
  }
  const last = errors.trim().split('\n').at(-1) ?? ''
  const explained = explainFailure(errors) ?? {
    code: 'compose-failed',
    found: `exit ${code}: ${last}`,
    next: 'see docker compose -f docker-compose.chaos.yml logs; pnpm lab down removes what has started',
  }
  throw new LabError({
    ...explained,
    expected: `docker compose ${args.join(' ')} to succeed`,
    why: 'the system does not stand as a whole',
  })
}

async function withoutCompose(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<LabError> {
  const old = await command('docker-compose', ['--version'], env, signal, () => {})
  const found = /\b1\.\d+\.\d+/.exec(old.output)?.[0]
  return new LabError(
    {
      code: found === undefined ? 'no-compose' : 'compose-too-old',
      expected: 'docker compose, version 2 or newer',
      found: found === undefined ? 'a docker command without it' : `docker-compose ${found} alone`,
      why: 'the composed system uses inline configurations and waits for health',
      next: 'install docker-compose-v2 (Ubuntu) or docker-compose-plugin (Docker); or: eval "$(.ci/docker/compose FOLDER)"',
    },
    'unable',
  )
}

function command(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<{ readonly code: number; readonly output: string; readonly errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { env, signal, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
      for (const line of text.split('\n')) if (line.trim() !== '') progress(line.trim())
    })
    child.on('error', error => {
      if (signal.aborted) reject(error)
      else resolve({ code: -1, output, errors: `${errors}\n${error.message}` })
    })
    child.on('close', code => resolve({ code: code ?? -1, output, errors }))
  })
}
