import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Experiment } from './experiment.ts'
import { run } from './run.ts'
import { counterExperiment } from './testing/counter-experiment.ts'
import type { CounterSystem } from './testing/counter-target.ts'

async function running(
  changes: Partial<Experiment<CounterSystem>> = {},
  options: Partial<Parameters<typeof run>[1]> = {},
) {
  const root = await mkdtemp(join(tmpdir(), 'lab-run-test-'))
  const finished = await run(counterExperiment(changes), {
    name: 'counter',
    seed: 1,
    root,
    ...options,
  })
  return {
    ...finished,
    root,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

test('holds when the killed server had written down what it acknowledged', async () => {
  await using it = await running()
  expect(it.conclusion.reasons).toEqual([])
  expect(it.conclusion).toMatchObject({ verdict: 'held', exitCode: 0 })
})
