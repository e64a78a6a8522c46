import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Undos have 20 s at most. */
export const commandWithinMs = 15_000

/**
 * Runs a command of `lab.config.ts` in a session of its own: what it leaves running belongs to nobody
 * of the lab, and stays when that ends.
 * @throws {Error} with the end of its output when it does not end with 0 in time.
 */
export async function runShell(command: string, cwd: string): Promise<void> {
  const code = await exitOf(command, cwd, async output => {
    throw new Error(
      `'${command}' has not returned after ${commandWithinMs} ms; what it starts must go on in the background. ${output}`,
    )
  })
  if (code.status !== 0) {
    throw new Error(`'${command}' ended with ${code.status}: ${code.output || 'no output'}`)
  }
}

/** Whether it ends with 0. */
export async function succeeds(command: string, cwd: string): Promise<boolean> {
  return (await exitOf(command, cwd, async () => {})).status === 0
}

async function exitOf(
  command: string,
  cwd: string,
  late: (output: string) => Promise<void>,
): Promise<{ readonly status: number | null; readonly output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-command-'))
  const file = join(folder, 'output')
  // Not a pipe: what stays in the background may still write to it.
  const output = await open(file, 'w', 0o600)
  const lastLines = async () =>
    (await readFile(file, 'utf8')).trim().split('\n').slice(-3).join(' | ')
  try {
    // By this mark processes of a run are known, and ended with it.
    const { LAB_RUN: _, ...env } = process.env
    const stdio = ['ignore', output.fd, output.fd] as const
    const child = spawn('sh', ['-c', command], { cwd, env, detached: true, stdio: [...stdio] })
    try {
      await once(child, 'exit', { signal: AbortSignal.timeout(commandWithinMs) })
    } catch (error) {
      child.unref()
      if (!(error instanceof Error) || error.name !== 'AbortError') throw error
      await late(await lastLines())
    }
    return { status: child.exitCode, output: await lastLines() }
  } finally {
    await output.close()
    await rm(folder, { recursive: true, force: true })
  }
}
