import { delimiter, dirname, join } from 'node:path'
import { LabError } from '../../lab/base/errors.ts'
import { isExecutable } from './find-server.ts'

/**
 * A program that often comes along with a server (`pgbench`, `redis-benchmark`): beside the server's
 * own, else on PATH.
 * @throws {LabError} `no-tool` where there is none.
 */
export async function serverTool(name: string, server: string): Promise<string> {
  for (const folder of [dirname(server), ...(process.env.PATH ?? '').split(delimiter)]) {
    const file = join(folder, name)
    if (await isExecutable(file)) return file
  }
  throw new LabError(
    {
      code: 'no-tool',
      expected: `${name} beside ${server}, or on PATH`,
      found: 'it is in neither',
      why: 'traffic of well-known programs is a part of what is run',
      next: 'install it: redis-tools (redis-benchmark) or postgresql (pgbench) on Debian and Ubuntu, redis or postgresql with Homebrew',
    },
    'unable',
  )
}
