import { appendFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { listExperiments } from '../model/load-experiment.ts'
import { demandHeld, runExperiment } from './index.ts'

/** Every experiment of the project, or those that `pnpm resilience NAME …` was given, one by one. */
const root = process.cwd()
const wanted = process.env.RESILIENCE_EXPERIMENTS?.split(',')
const results = process.env.RESILIENCE_RESULTS
const all = (await listExperiments(root)).map(({ name }) => name)

describe('resilience', () => {
  test.each(wanted ?? all)('%s holds', { timeout: 300_000 }, async name => {
    const conclusion = await runExperiment(name, { root })
    if (results !== undefined) await appendFile(results, `${JSON.stringify(conclusion)}\n`)
    demandHeld(conclusion)
  })

  test('there is something to run', () => {
    expect(all).not.toEqual([])
  })
})
