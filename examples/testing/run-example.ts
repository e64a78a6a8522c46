import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')
const conclusion = z.looseObject({
  verdict: z.string(),
  checks: z.record(z.string(), z.looseObject({ word: z.string(), story: z.string() })),
})

/** An experiment of an example, run by its file, and what its checks say. @throws where it says nothing. */
export async function runExample(file: string, env: Readonly<Record<string, string>>) {
  const args = ['lab/cli/main.ts', 'experiment', join('examples', file), '--json', '--seed', '7']
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, log] = await Promise.all([text(child.stdout), text(child.stderr)])
  if (out === '') throw new Error(`no verdict: ${log}`)
  return conclusion.parse(JSON.parse(out))
}
