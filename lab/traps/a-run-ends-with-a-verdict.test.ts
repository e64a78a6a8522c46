import { expect, test as plainTest, vi } from 'vitest'
import type { Fault } from '../model/fault.ts'
import type { SystemProbe } from '../model/hypothesis.ts'
import { at, when } from '../model/schedule.ts'
import { atMost } from '../model/tolerances.ts'
import type { Workload } from '../model/workload.ts'
import { leftovers, running } from '../testing/counter-run.ts'
import { adding, type CounterSystem, killCounter, misbehave } from '../testing/counter-target.ts'

/** They mostly wait, so they wait together. */
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 120_000 })

const never = <Value>() => new Promise<Value>(() => {})

test('a fault that is never planned is an error, and not a run without an end', async () => {
  const endless: Fault<CounterSystem> = { ...killCounter(), plan: () => never() }
  await using it = await running({ schedule: [at('100ms', endless, { for: '300ms' })] })
  expect(it.conclusion.verdict).toBe('error')
  expect(it.reasons.join()).toContain('kill(counter) to be planned within')
  expect(await leftovers(it.root)).toEqual([])
})

test('a strike that waits for a probe without an answer is told as never made', async () => {
  const silent: SystemProbe<CounterSystem, number> = { name: 'silence', measure: () => never() }
  const [first, second] = [misbehave('refuse'), killCounter()]
  await using it = await running({
    schedule: [
      at('100ms', first, { for: '500ms' }),
      when(silent, atMost(1), second, { atMost: '200ms', for: '300ms' }),
    ],
  })
  expect(it.conclusion.verdict).toBe('inconclusive')
  expect(it.reasons.join()).toContain('kill(counter) was never made')
})

test('a workload that says nothing of how an operation ended is an error of the lab', async () => {
  const plain = adding()
  const mute: Workload<CounterSystem> = {
    ...plain,
    open: async (system, context) => {
      const clients = await plain.open(system, context)
      const perform = async () => Object.assign({ kind: 'ok' as const, value: 1 }, { kind: 'fine' })
      return Object.assign(
        { perform },
        { [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose]() },
      )
    },
  }
  await using it = await running({ workloads: [mute] })
  expect(it.conclusion).toMatchObject({ verdict: 'error', exitCode: 4 })
  expect(it.reasons.join()).toContain('what is no outcome: {"kind":"fine","value":1}')
})
