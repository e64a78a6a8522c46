import { delimiter, dirname, join } from 'node:path'
import { isExecutable } from './find-server.ts'

/**
 * A program that often comes along with a server (`pgbench`, `redis-benchmark`): beside the server's
 * own, else on PATH. Undefined where there is none.
 */
export async function serverTool(name: string, server: string): Promise<string | undefined> {
  for (const folder of [dirname(server), ...(process.env.PATH ?? '').split(delimiter)]) {
    const file = join(folder, name)
    if (await isExecutable(file)) return file
  }
  return undefined
}
