import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What a program prints, when it has ended well. Killed after `withinMs`. */
export async function output(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  withinMs = 120_000,
): Promise<string> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: withinMs,
    killSignal: 'SIGKILL',
  })
  let text = ''
  let errors = ''
  child.stdout.on('data', data => {
    text += data
  })
  child.stderr.on('data', data => {
    errors += data
  })
  const [code, signal] = await once(child, 'close')
  if (code === 0) return text
  throw new Error(
    `expected ${command} ${args.join(' ')} to end well, found ${code ?? signal}: ${errors}`,
  )
}

/** The last line a client of ours prints, parsed. Clients are processes: they must not share a loop. */
export async function client(name: string, settings: object): Promise<unknown> {
  const file = fileURLToPath(new URL(`clients/${name}.ts`, import.meta.url))
  const text = await output(process.execPath, [file, JSON.stringify(settings)])
  return JSON.parse(text.trim().split('\n').at(-1) ?? '')
}

export interface Held extends AsyncDisposable {
  /** The first line it printed, parsed. */
  readonly first: unknown
}

/** A client that prints one JSON line when it is ready, and lives until disposed of. */
export async function heldClient(name: string, settings: object): Promise<Held> {
  const file = fileURLToPath(new URL(`clients/${name}.ts`, import.meta.url))
  const child = spawn(process.execPath, [file, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  const first = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', data => {
      text += data
      const end = text.indexOf('\n')
      if (end >= 0) resolve(text.slice(0, end))
    })
    child.once('exit', code => reject(new Error(`${name} ended with ${code} before it was ready`)))
  })
  return {
    first: JSON.parse(first),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
