import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const openWithinMs = 180_000

export interface HeldDay extends AsyncDisposable {
  readonly process: ChildProcess
  /** `runs/game-day-…/…`, from the root of the project. */
  readonly folder: string
  /** The link of a role, as the terminal prints it. */
  link(role: string): string
  /** All that the terminal was told so far. */
  output(): string
  /** Ctrl-C; resolves to the exit code. */
  end(): Promise<number | null>
}

/** A game day held by the command that people type, or the replay of one. */
export async function heldDay(...args: readonly string[]): Promise<HeldDay> {
  const main = join(root, 'lab/cli/main.ts')
  const child = spawn(process.execPath, [main, 'gameday', ...args], { cwd: root })
  let output = ''
  const open = Promise.withResolvers<void>()
  const late = setTimeout(() => open.reject(new Error(`no links yet:\n${output}`)), openWithinMs)
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', text => {
      output += text
      if (/stop from here|ends the replay/.test(output)) open.resolve()
    })
  }
  const ended = once(child, 'close')
  child.once('close', () => open.reject(new Error(`it ended:\n${output}`)))
  const end = async () => {
    child.kill('SIGTERM')
    const [code] = await ended
    return typeof code === 'number' ? code : null
  }
  try {
    await open.promise
  } catch (error) {
    child.kill('SIGTERM')
    throw error
  } finally {
    clearTimeout(late)
  }
  return {
    process: child,
    folder: join(root, /runs\/\S+/.exec(output)?.[0] ?? ''),
    link: role => new RegExp(`^${role} +(http\\S+)`, 'm').exec(output)?.[1] ?? '',
    output: () => output,
    end,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await end()
    },
  }
}
