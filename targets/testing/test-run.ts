import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../lab/base/clock.ts'
import { seeded } from '../../lab/base/random.ts'
import { startGuardian } from '../../lab/guardian/client.ts'
import { scratchFolderFor } from '../../lab/ledger/reachable-folder.ts'
import type { Guardian } from '../../lab/model/guardian.ts'
import type { Context } from '../../lab/model/target.ts'

/** What a test needs to start targets: a run without an experiment, removed when disposed. */
export interface TestRun
  extends AsyncDisposable,
    Omit<Context, 'recorder' | 'guardian' | 'defencesOff'> {
  readonly guardian: Guardian
}

export async function testRun(): Promise<TestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'resilience-lab-test-'))
  // Servers that run as another user must be able to pass through it.
  await chmod(folder, 0o755)
  const runId = `test-${randomBytes(4).toString('hex')}`
  const labFolder = join(folder, 'lab')
  const scratchFolder = await scratchFolderFor(labFolder, runId)
  const runFolder = join(folder, 'run')
  await mkdir(runFolder)
  const guardian = await startGuardian({
    folder: labFolder,
    scratchFolder,
    runId,
    clock: systemClock,
  })
  return {
    runId,
    runFolder,
    scratchFolder,
    guardian,
    ledger: guardian.ledger,
    needs: [],
    clock: systemClock,
    random: seeded(1),
    signal: new AbortController().signal,
    proxy: 'embedded',
    progress: () => {},
    [Symbol.asyncDispose]: async () => {
      await guardian[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Processes that write what V8 counted when they end must be let end by themselves. */
const counting = process.env.NODE_V8_COVERAGE !== undefined

/**
 * Part of a run, with folders of its own: what it started is killed when it is disposed, unless it
 * has a signal of its own to end by, as Postgres has, which else leaves shared memory.
 */
export async function partOf(run: TestRun, name: string): Promise<TestRun> {
  const [scratchFolder, runFolder] = [join(run.scratchFolder, name), join(run.runFolder, name)]
  await Promise.all([mkdir(scratchFolder), mkdir(runFolder)])
  const ends: (() => Promise<void>)[] = []
  const dispose = async () => {
    await Promise.all(ends.map(end => end()))
    await rm(scratchFolder, { recursive: true, force: true })
  }
  const spawn: Guardian['spawn'] = async spec => {
    const process = await run.guardian.spawn(spec)
    const inOrder = counting || spec.stopSignal !== undefined
    ends.push(async () => (inOrder ? process[Symbol.asyncDispose]() : process.kill()))
    return process
  }
  const guardian = { ...run.guardian, spawn, [Symbol.asyncDispose]: dispose }
  return { ...run, scratchFolder, runFolder, guardian, [Symbol.asyncDispose]: dispose }
}
