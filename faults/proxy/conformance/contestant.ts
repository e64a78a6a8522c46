import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { freePort } from '../../../lab/testing/loopback.ts'
import { toxiproxyBinary } from '../../../targets/runtime/toxiproxy-binary.ts'

export type ContestantName = 'ours' | 'toxiproxy'

/** A proxy server that runs as a process of its own, with its API on a free loopback port. */
export interface Contestant extends AsyncDisposable {
  readonly name: ContestantName
  readonly url: string
  readonly process: ChildProcess
  /** Resolves to the exit code (or the signal) when the process is gone, for whatever reason. */
  readonly exited: Promise<number | string | null>
  alive(): boolean
  /** What it wrote to stdout and stderr. */
  output(): string
}

export interface Launch {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** A command that runs the rest of the line, such as one that raises a limit first. */
  readonly wrapper?: readonly string[]
}

/** Stripping the types anew at each start would be half of what the suite costs. */
process.env.NODE_COMPILE_CACHE ??= resolve('.lab/compile-cache')

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

export async function startContestant(
  name: ContestantName,
  launch: Launch = {},
): Promise<Contestant> {
  return name === 'ours' ? startOurs(launch) : startToxiproxy(launch)
}

/** The command line of a contestant without any argument, for tests of the flags. */
export async function commandOf(name: ContestantName): Promise<readonly [string, ...string[]]> {
  return name === 'ours' ? [process.execPath, main] : [(await toxiproxyBinary()).path]
}

const readyFile = z.object({ url: z.url() })

async function startOurs({ args = [], env = {}, wrapper = [] }: Launch): Promise<Contestant> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const file = join(folder, 'ready.json')
  const command = [...wrapper, ...(await commandOf('ours'))]
  const flags = ['-host', '127.0.0.1', '-port', '0', '--ready-file', file, ...args]
  const running = run('ours', [...command, ...flags], env, () =>
    rm(folder, { recursive: true, force: true }),
  )
  const url = await running.ready(async () => {
    return readyFile.parse(JSON.parse(await readFile(file, 'utf8'))).url
  })
  return { ...running.contestant, url }
}

async function startToxiproxy({ args = [], env = {}, wrapper = [] }: Launch): Promise<Contestant> {
  const port = await freePort()
  const command = [...wrapper, ...(await commandOf('toxiproxy'))]
  const flags = ['-host', '127.0.0.1', '-port', `${port}`, ...args]
  const running = run('toxiproxy', [...command, ...flags], env)
  const url = await running.ready(async () => {
    const url = `http://127.0.0.1:${port}`
    await fetch(`${url}/version`, { signal: AbortSignal.timeout(1_000) })
    return url
  })
  return { ...running.contestant, url }
}

function run(
  name: ContestantName,
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  cleanUp: () => Promise<void> = async () => {},
) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', data => (output += data))
  child.stderr.on('data', data => (output += data))
  const exited = new Promise<number | string | null>(resolve => {
    child.on('error', error => resolve(error.message))
    child.on('exit', (code, signal) => resolve(code ?? signal))
  })
  const alive = () => child.exitCode === null && child.signalCode === null
  const dispose = async () => {
    child.kill('SIGKILL')
    await exited
    await cleanUp()
  }
  return {
    contestant: {
      name,
      process: child,
      exited,
      alive,
      output: () => output,
      [Symbol.asyncDispose]: dispose,
    },
    /** Asks until there is an answer; half a minute, for a machine under load. */
    ready: async (ask: () => Promise<string>): Promise<string> => {
      const deadline = performance.now() + 30_000
      for (;;) {
        const url = await ask().catch(() => undefined)
        if (url) return url
        if (performance.now() > deadline || !alive()) break
        await wait(10)
      }
      await dispose()
      throw new Error(`${name} did not start (${command} ${args.join(' ')}):\n${output}`)
    },
  }
}
