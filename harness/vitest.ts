import { test as base, expect } from 'vitest'
import { folderNameOf } from './folder-name.ts'
import { judgeEnd } from './judge-end.ts'
import { type Lab, labOf } from './lab.ts'
import { toHaveLanded, toHold, toLoseNoWrites } from './matchers.ts'
import { Scope } from './scope.ts'
import { seedOf, sharedSession } from './shared-session.ts'
import { tellFailure } from './tell-failure.ts'
import type { ReadBack } from './writes.ts'

export { demandHeld, type ExperimentRun, runExperiment } from '../lab/vitest/index.ts'
export type { FaultInForce } from './fault-in-force.ts'
export { once, times } from './hits.ts'
export type { Lab } from './lab.ts'
export { type LabOptions, openLab } from './open-lab.ts'
export { recordWrites, type Writes } from './writes.ts'

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** A fault has touched at least so much; default 1. */
    toHaveLanded(least?: number): Promise<void>
    /** The verdict of an experiment is held. */
    toHold(): Promise<void>
    /** Of `recordWrites()`: what was confirmed is found once, what was refused is not. */
    toLoseNoWrites(read: ReadBack): Promise<void>
  }
}

expect.extend({ toHaveLanded, toHold, toLoseNoWrites })

const endWithinMs = 90_000

/**
 * Vitest's `test` with a `lab`. Its set-up waits for nothing, so that it cannot outlive the test's
 * time-out, and its end is registered before anything begins.
 */
export const test = base.extend<{
  $file: { labOfFile: ReturnType<typeof openFile> }
  $test: { lab: Lab }
}>({
  labOfFile: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it which fixtures are wanted.
    async ({}, use) => {
      const file = openFile()
      await use(file)
      await file.session[Symbol.asyncDispose]()
    },
    { scope: 'file' },
  ],
  lab: async ({ labOfFile, task, signal, onTestFinished, onTestFailed }, use) => {
    const { session, seed, nameFor } = labOfFile
    const scope = new Scope(session.get, { name: nameFor(task.fullTestName), seed, signal })
    onTestFailed(() => tellFailure(task, scope, seed), endWithinMs)
    onTestFinished(async () => {
      const ended = await scope.end()
      if (task.result?.state === 'fail') return
      judgeEnd(ended)
      await scope.removeFolder()
    }, endWithinMs)
    await use(labOf(scope, seed))
  },
})

/** What the tests of a file share. */
function openFile() {
  const seed = seedOf(process.env)
  const used = new Map<string, number>()
  return {
    session: sharedSession({ root: process.cwd(), seed }),
    seed,
    /** The same for a title in each run, also when it runs alone: chance depends on it. */
    nameFor: (title: string) => {
      const name = folderNameOf(title)
      const before = used.get(name) ?? 0
      used.set(name, before + 1)
      return before === 0 ? name : `${name}-${before + 1}`
    },
  }
}
