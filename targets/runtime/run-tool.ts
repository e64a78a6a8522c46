import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

export interface ToolOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly uid?: number
  readonly gid?: number
  readonly signal?: AbortSignal | undefined
  /** Default two minutes: long enough for a download over a slow line. */
  readonly timeoutMs?: number
}

const execute = promisify(execFile)

/**
 * Runs a command-line tool to its end and resolves to its stdout.
 * @throws {Error} whose message holds the command and the last lines of its stderr, else of its stdout.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  { env, timeoutMs = 120_000, ...options }: ToolOptions = {},
): Promise<string> {
  try {
    const { stdout } = await execute(command, [...args], {
      ...options,
      env: { ...process.env, LC_ALL: 'C', ...env },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
  } catch (cause) {
    throw new Error(`${command} ${args.slice(0, 3).join(' ')} …: ${reason(cause)}`, { cause })
  }
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const [stderr, stdout] = [saidOn(cause, 'stderr'), saidOn(cause, 'stdout')]
  if (stderr === '' && stdout === '') return cause.message
  return (stderr || stdout).split('\n').slice(-3).join(' / ')
}

function saidOn(cause: Error, stream: 'stdout' | 'stderr'): string {
  return String(new Map(Object.entries(cause)).get(stream) ?? '').trim()
}
