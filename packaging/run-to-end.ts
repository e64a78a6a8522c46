import { execFile } from 'node:child_process'
import { delimiter, dirname } from 'node:path'

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Longer than any of what is run here takes on a busy machine. */
const mostMs = 600_000

/** This Node comes first: package managers refuse a package that theirs is too old for. */
const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter)

/** Runs a command to its end, whatever that is; one that takes ten minutes is killed, and has failed. */
export function runToEnd(
  [command, ...args]: readonly [string, ...string[]],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const options = {
    cwd,
    env: { ...process.env, PATH, ...env },
    timeout: mostMs,
    maxBuffer: 2 ** 26,
  }
  return new Promise(resolve => {
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, stdout, stderr })
    })
  })
}
