import { describe, expect, test } from 'vitest'
import { appendOwnFile } from '../base/own-file.ts'
import { printable } from '../base/printable.ts'
import { listExperiments } from '../model/load-experiment.ts'
import { demandHeld, runExperiment } from './index.ts'

/** Every experiment of the project, or those that `pnpm resilience NAME …` was given, one by one. */
const root = process.cwd()
const wanted = process.env.RESILIENCE_EXPERIMENTS?.split(',')
const results = process.env.RESILIENCE_RESULTS
const all = (await listExperiments(root)).map(({ name }) => name)

describe('resilience', () => {
  const named = (wanted ?? all).map(name => [printable(name), name] as const)
  test.each(named)('%s holds', { timeout: 300_000 }, async (_, name) => {
    const conclusion = await runExperiment(name, { root })
    if (results !== undefined) await appendOwnFile(results, `${JSON.stringify(conclusion)}\n`)
    demandHeld(conclusion)
  })

  test('there is something to run', () => {
    expect(all).not.toEqual([])
  })
})
