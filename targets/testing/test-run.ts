import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../lab/clock.ts'
import { startGuardian } from '../../lab/guardian/client.ts'
import type { Guardian } from '../../lab/guardian/guardian.ts'
import { seeded } from '../../lab/random.ts'
import type { Context } from '../../lab/target.ts'

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
  const scratchFolder = join(folder, 'scratch')
  const runFolder = join(folder, 'run')
  await mkdir(runFolder)
  const guardian = await startGuardian({
    folder: join(folder, 'lab'),
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
