import { describe, expect, test } from 'vitest'
import { appendOwnFile } from '../base/own-file.ts'
import { print } from '../base/print.ts'
import { printable } from '../base/printable.ts'
import { listExperiments } from '../model/load-experiment.ts'
import { isShortOfTime, mostRepeats } from '../verdict/short-of-time.ts'
import { demandHeld, runExperiment } from './index.ts'

/** Every experiment of the project, or those that `pnpm resilience NAME …` was given, one by one. */
const root = process.cwd()
const wanted = process.env.RESILIENCE_EXPERIMENTS?.split(',')
const results = process.env.RESILIENCE_RESULTS
const all = (await listExperiments(root)).map(({ name }) => name)

describe('resilience', () => {
  const named = (wanted ?? all).map(name => [printable(name), name] as const)
  test.each(named)('%s holds', { timeout: 300_000 }, async (_, name) => {
    let conclusion = await runExperiment(name, { root })
    for (let again = 0; again < mostRepeats && isShortOfTime(conclusion); again++) {
      const [reason] = conclusion.reasons
      print(process.stdout, printable(`${name} is made again: ${reason?.text}`))
      conclusion = await runExperiment(name, { root })
    }
    if (results !== undefined) await appendOwnFile(results, `${JSON.stringify(conclusion)}\n`)
    demandHeld(conclusion)
  })

  test('there is something to run', () => {
    expect(all).not.toEqual([])
  })
})
