import { constants } from 'node:fs'
import { chmod, lstat, mkdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { LabError } from '../base/errors.ts'

/**
 * The given folder, or, when the lab is root and only root may pass through to it, one of the lab's
 * own outside: servers such as Postgres refuse to run as root, and the user they run as must be able
 * to reach their programs and data.
 */
export async function reachableFolder(folder: string): Promise<string> {
  const uid = process.getuid?.()
  if (uid !== 0 || (await reachableByAll(folder))) return resolve(folder)
  const outside = outsideFolder(uid)
  await ownFolder(outside, uid)
  return outside
}

function outsideFolder(uid: number): string {
  return `/var/tmp/resilience-lab-${uid}`
}

/** Where the servers of a run keep their data; made and removed by the run's guardian. */
export async function scratchFolderFor(labFolder: string, runId: string): Promise<string> {
  return join(await reachableFolder(labFolder), 'scratch', runId)
}

/** Whether this is where the run's scratch folder lies: in the one place, or in the other. */
export async function isScratchFolderOf(
  labFolder: string,
  runId: string,
  folder: string,
): Promise<boolean> {
  const root = dirname(dirname(folder))
  if (folder !== join(root, 'scratch', runId)) return false
  const outside = outsideFolder(process.getuid?.() ?? 0)
  // By either way, when one goes through a link.
  return root === outside || (await realpath(root)) === (await realpath(labFolder))
}

/** Whether every existing folder on the way to `path` may be passed through by any user. */
export async function reachableByAll(path: string): Promise<boolean> {
  for (let folder = resolve(path); folder !== dirname(folder); folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined)
    if (found && (found.mode & constants.S_IXOTH) === 0) return false
  }
  return true
}

/** Makes a folder below a world-writable one, and never trusts one that somebody else made. */
async function ownFolder(folder: string, uid: number): Promise<void> {
  await mkdir(folder, { mode: 0o755 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(folder)
  const othersMayWrite = (found.mode & (constants.S_IWGRP | constants.S_IWOTH)) !== 0
  if (!found.isDirectory() || found.uid !== uid || othersMayWrite) {
    throw new LabError(
      {
        code: 'untrusted-folder',
        expected: `${folder} to be a folder of uid ${uid} that nobody else may write to`,
        found: `owner ${found.uid}, mode ${(found.mode & 0o7777).toString(8)}`,
        why: 'server programs are run from it, so whoever may write there may run code as you',
        next: `remove it (rm -r ${folder}) and start again`,
      },
      'unable',
    )
  }
  await chmod(folder, 0o755)
}
