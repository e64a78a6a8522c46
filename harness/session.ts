import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AsyncDisposableStack } from '../lab/base/async-disposable-stack.ts'
import { systemClock } from '../lab/base/clock.ts'
import { seeded } from '../lab/base/random.ts'
import { startGuardian } from '../lab/guardian/client.ts'
import { healRuns } from '../lab/ledger/heal-runs.ts'
import { scratchFolderFor } from '../lab/ledger/reachable-folder.ts'
import { writableFolder } from '../lab/ledger/writable-folder.ts'
import type { Guardian } from '../lab/model/guardian.ts'
import type { Context } from '../lab/model/target.ts'
import { type Proxies, startProxies } from '../targets/proxy.ts'
import { keepLeases } from './lease.ts'

export interface SessionOptions {
  /** Where `.lab` and `runs` are. */
  readonly root: string
  readonly seed: number
}

/** What the tests of a process share: one guardian, and one proxy. */
export interface Session extends AsyncDisposable {
  /** `runs/in-tests/<time>-<id>`: logs and reports of what failed; the rest is removed. */
  readonly folder: string
  readonly guardian: Guardian
  readonly proxies: Proxies
  readonly lease: NonNullable<Context['lease']>
  /** Makes those of one test within the session's. */
  foldersFor(name: string): Promise<Pick<Context, 'runFolder' | 'scratchFolder'>>
  /** Its folder stays: somebody was told to look there. */
  keep(): void
}

/**
 * Also ends what earlier sessions of dead processes left.
 * @throws {LabError} when nothing may be written here, or the guardian does not start.
 */
export async function startSession({ root, seed }: SessionOptions): Promise<Session> {
  const clock = systemClock
  const labFolder = join(root, '.lab')
  await healRuns(labFolder, { clock })
  const id = `${clock.wall().toISOString().replace(/[:.]/g, '-')}-${randomBytes(3).toString('hex')}`
  const runId = `in-tests-${id}`
  const runs = await writableFolder(join(root, 'runs', 'in-tests'))
  await prune(runs)
  const folder = await writableFolder(join(runs, id))
  const scratchFolder = await scratchFolderFor(labFolder, runId)
  await using begun = new AsyncDisposableStack()
  const guardian = begun.use(
    await startGuardian({ folder: labFolder, scratchFolder, runId, clock }),
  )
  const proxies = await startProxies({
    ...{ clock, guardian, scratchFolder, runFolder: folder, signal: guardian.lost },
    random: seeded(seed),
    proxy: 'embedded',
    progress: () => {},
  })
  const { lease, ...beating } = keepLeases(() => proxies.url, clock)
  begun.use(beating)
  const held = begun.move()
  let kept = false
  return {
    ...{ folder, guardian, proxies, lease },
    foldersFor: async name => {
      const test = { runFolder: join(folder, name), scratchFolder: join(scratchFolder, name) }
      await mkdir(test.runFolder, { recursive: true })
      // Servers that run as another user must be able to pass through it.
      await mkdir(test.scratchFolder, { recursive: true, mode: 0o755 })
      return test
    },
    keep: () => {
      kept = true
    },
    [Symbol.asyncDispose]: async () => {
      await held.disposeAsync()
      if (!kept) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Far more than run at the same time, so no folder in use is among the oldest. */
const keptFolders = 50

/** Their names begin with the time. */
async function prune(runs: string): Promise<void> {
  const oldest = (await readdir(runs)).toSorted().slice(0, -keptFolders)
  await Promise.all(oldest.map(name => rm(join(runs, name), { recursive: true, force: true })))
}
