import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { LabError, messageOf } from '../../lab/base/errors.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Context } from '../../lab/model/target.ts'

const run = promisify(execFile)
/** How the mount table calls those of the lab: no other is ever taken away. */
const source = 'resilience-lab'

export const undoArgs = z.object({ folder: z.string().startsWith('/') })

/**
 * A file system of this size (a tmpfs), for servers that keep their data below it. Taken away at the
 * end of the run, by the guardian if need be.
 * @throws {LabError} `no-limited-disk` where this machine does not allow it: only root may mount.
 */
export async function mountLimitedDisk(
  context: Pick<Context, 'scratchFolder' | 'ledger'>,
  name: string,
  bytes: number,
): Promise<string> {
  const folder = join(context.scratchFolder, name)
  await mkdir(folder)
  await context.ledger.owe(`disk of ${name}`, { module: import.meta.url, args: { folder } })
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=755`, source, folder])
  } catch (cause) {
    throw new LabError(
      {
        code: 'no-limited-disk',
        expected: `to mount a file system of ${bytes} bytes`,
        found: messageOf(cause),
        why: 'a disk that is full for real must not be the disk of this machine',
        next: 'run as root, in a container that may mount (docker run --cap-add SYS_ADMIN), or without faults of disks',
        cause,
      },
      'unable',
    )
  }
  await chmod(folder, 0o755)
  return folder
}

/** Lazily, since a server that has not ended yet keeps files open. */
export async function undo(args: Json): Promise<void> {
  const { folder } = undoArgs.parse(args)
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  const ours = mounts.split('\n').filter(line => line.includes(` - tmpfs ${source} `))
  if (ours.some(line => line.split(' ')[4] === asListed(folder))) {
    await run('umount', ['--lazy', folder])
  }
}

/** The table writes blanks and the like in octal. */
function asListed(path: string): string {
  return path.replace(/[\s\\]/g, one => `\\${one.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
