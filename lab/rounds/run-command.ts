import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { lifeline } from './lifeline.ts'

export interface EndedCommand {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const main = join(import.meta.dirname, '../cli/main.ts')

/**
 * Runs a command of the lab in a process of its own, which ends in order, healing, when `signal` is
 * aborted and when this process dies, however it dies.
 */
export function runCommand(
  args: readonly string[],
  { cwd, signal }: { readonly cwd: string; readonly signal?: AbortSignal },
): Promise<EndedCommand> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd,
      env: { ...process.env, [lifeline]: 'stdin' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdin.on('error', () => {})
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    const cut = () => child.stdin.end()
    signal?.addEventListener('abort', cut)
    if (signal?.aborted) cut()
    child.on('error', reject)
    child.on('close', code => {
      signal?.removeEventListener('abort', cut)
      resolve({ code, stdout, stderr })
    })
  })
}
