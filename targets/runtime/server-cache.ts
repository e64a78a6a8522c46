import { constants } from 'node:fs'
import { chmod, lstat, mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { LabError } from '../../lab/errors.ts'

/**
 * Where servers are kept between runs: `.lab/servers`, or, when the lab runs as root below a folder
 * that only root may enter, a folder of its own outside (servers such as Postgres refuse to run as
 * root, and an unprivileged user must be able to reach their binaries).
 */
export async function serverCache(labFolder = resolve('.lab')): Promise<string> {
  if (process.getuid?.() !== 0 || (await reachableByAll(labFolder))) {
    return makeFolder(resolve(labFolder, 'servers'))
  }
  const outside = `/var/tmp/resilience-lab-${process.getuid()}`
  await ownFolder(outside)
  return makeFolder(resolve(outside, 'servers'))
}

/** Whether every existing folder on the way to `path` may be entered by any user. */
export async function reachableByAll(path: string): Promise<boolean> {
  for (let folder = resolve(path); folder !== dirname(folder); folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined)
    if (found && (found.mode & constants.S_IXOTH) === 0) return false
  }
  return true
}

async function makeFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true })
  return folder
}

/** Makes a folder below a world-writable one, and never trusts one that somebody else made. */
async function ownFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(folder)
  const othersMayWrite = (found.mode & (constants.S_IWGRP | constants.S_IWOTH)) !== 0
  if (!found.isDirectory() || found.uid !== process.getuid?.() || othersMayWrite) {
    throw new LabError(
      {
        code: 'untrusted-folder',
        expected: `${folder} to be a folder of uid ${process.getuid?.()} that nobody else may write to`,
        found: `owner ${found.uid}, mode ${(found.mode & 0o7777).toString(8)}`,
        why: 'server programs are run from it, so whoever may write there may run code as you',
        next: `remove it (rm -r ${folder}) and start again`,
      },
      'unable',
    )
  }
  await chmod(folder, 0o755)
}
