import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../base/errors.ts'
import { writableFolder } from '../ledger/writable-folder.ts'

const leastFreeBytes = 300 * 1024 * 1024
const runName = /^\d{4}-\d\d-\d\dT[\d-]+Z(-\d+)?$/

/**
 * Makes `runs/<experiment>/<time>`, and removes all but the newest `keep` runs of the experiment.
 * @throws {LabError} `disk-full` when a run would not fit, `not-writable` when none may be written.
 */
export async function makeRunFolder(
  root: string,
  experiment: string,
  startedAt: Date,
  keep: number,
): Promise<string> {
  const folder = await writableFolder(join(root, 'runs', experiment))
  await demandSpace(folder)
  await prune(folder, keep - 1)
  const time = startedAt.toISOString().replace(/[:.]/g, '-')
  for (let twin = 1; ; twin++) {
    const run = join(folder, twin === 1 ? time : `${time}-${twin}`)
    if (await made(run)) return run
  }
}

/** Folders of runs of one experiment, newest last. */
export async function listRuns(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter(name => runName.test(name)).sort()
}

async function made(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Only runs that have come to their verdict are removed: another may be at work in its folder. */
async function prune(folder: string, keep: number): Promise<void> {
  const ended: string[] = []
  for (const name of await listRuns(folder)) {
    if (await isFile(join(folder, name, 'verdict.json'))) ended.push(name)
  }
  const old = ended.slice(0, Math.max(0, ended.length - Math.max(0, keep)))
  for (const name of old) await rm(join(folder, name), { recursive: true, force: true })
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  )
}

async function demandSpace(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  if (freeBytes >= leastFreeBytes) return
  throw new LabError(
    {
      code: 'disk-full',
      expected: `${leastFreeBytes / 2 ** 20} MiB of free disk space for ${folder}`,
      found: `${Math.floor(freeBytes / 2 ** 20)} MiB`,
      why: 'Databases on a full disk fail in ways that have nothing to do with the fault.',
      next: 'Free some space; old runs are in runs/.',
    },
    'unable',
  )
}
