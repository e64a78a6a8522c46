import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as plainTest, vi } from 'vitest'
import { defence } from '../model/defence.ts'
import type { Fault } from '../model/fault.ts'
import { errorRatio, hypothesis } from '../model/probes.ts'
import { at } from '../model/schedule.ts'
import { kept, saying } from '../testing/counter-checks.ts'
import { type Changes, leftovers, running } from '../testing/counter-run.ts'
import {
  adding,
  type CounterSystem,
  counter,
  killCounter,
  misbehave,
} from '../testing/counter-target.ts'
import { judgeFolder } from '../verdict/judge.ts'

/** They mostly wait, so they wait together. */
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 240_000 })

const broken = (message: string) => {
  throw new Error(message)
}

test('is held when the killed server had written down what it acknowledged', async () => {
  await using it = await running()
  expect(it.reasons).toEqual([])
  expect(it.conclusion).toMatchObject({ verdict: 'held', exitCode: 0 })
  expect(it.conclusion.faults).toMatchObject([{ label: 'kill(counter)', landed: 1 }])
  expect(await leftovers(it.root)).toEqual([])
})

test('is broken, with a witness, when the defence is off', async () => {
  await using it = await running({}, { defencesOff: ['durable'] })
  expect(it.conclusion).toMatchObject({ verdict: 'broken', exitCode: 1, defencesOff: ['durable'] })
  expect(it.conclusion.checks.kept).toMatchObject({ word: 'invalid', witness: {} })
})

test('is held without the defence when no fault is made', async () => {
  await using it = await running({}, { defencesOff: ['durable'], faultsOff: true })
  expect(it.reasons).toEqual([])
  expect(it.conclusion).toMatchObject({ verdict: 'held', faultsOff: true, faults: [] })
})

test('is inconclusive when the fault touched nothing', async () => {
  const idle: Fault<CounterSystem> = {
    ...misbehave('refuse'),
    label: 'idle()',
    plan: async (system, context) => ({
      ...(await misbehave('refuse').plan(system, context)),
      apply: async () => ({ landed: () => 0 }),
    }),
  }
  await using it = await running({ schedule: [at('100ms', idle)], duration: '500ms' })
  expect(it.conclusion).toMatchObject({ verdict: 'inconclusive', exitCode: 2 })
  expect(it.reasons).toEqual(['inconclusive: idle() was in force, but touched nothing'])
})

test('is inconclusive when a check cannot tell', async () => {
  await using it = await running({ checks: { kept: kept(), vague: saying('unknown') }, ...vague })
  expect(it.reasons).toEqual(['inconclusive: check vague: always unknown'])
})

const vague: Changes = {
  defences: [defence('durable', { breaks: 'kept' }), defence('idle-defence', { breaks: 'vague' })],
}

test('is inconclusive, and makes no fault, when the system is not steady before', async () => {
  const never = { expected: 'the impossible', accepts: () => false }
  const probe = errorRatio(adding())
  await using it = await running({
    steadyState: [hypothesis('never', probe, never)],
    steadyWithin: '500ms',
  })
  expect(it.conclusion).toMatchObject({ verdict: 'inconclusive', faults: [] })
  expect(it.reasons.join()).toContain('before the first fault: "never" did not hold')
})

test('is not-restored when the steady state does not return', async () => {
  const forGood: Fault<CounterSystem> = {
    ...misbehave('refuse'),
    kind: 'momentary',
    plan: async (system, context) => ({
      ...(await misbehave('refuse').plan(system, context)),
      undo: undefined,
    }),
  }
  await using it = await running({ schedule: [at('100ms', forGood)], recoverWithin: '500ms' })
  expect(it.conclusion).toMatchObject({ verdict: 'not-restored', exitCode: 3 })
  expect(it.reasons[0]).toContain('after healing: "most additions succeed" did not hold')
})

test('a lasting fault without an undo is not made: the run is an error', async () => {
  const applied: string[] = []
  const endless: Fault<CounterSystem> = {
    ...misbehave('refuse'),
    plan: async () => ({
      undo: undefined,
      touches: [],
      apply: async () => {
        applied.push('made')
        return { landed: () => 1 }
      },
    }),
  }
  await using it = await running({ schedule: [at('100ms', endless, { for: '300ms' })] })
  expect(it.conclusion.verdict).toBe('error')
  expect(it.reasons.join()).toContain('no undo, of a fault that is lasting')
  expect(applied).toEqual([])
})

test.each([Number.NaN, -1, { 'api-1': Number.NaN }])(
  'a fault that says it landed %j is an error',
  async told => {
    const lying: Fault<CounterSystem> = {
      ...killCounter(),
      kind: 'momentary',
      plan: async () => ({
        undo: undefined,
        touches: [],
        apply: async () => ({ landed: () => told }),
      }),
    }
    await using it = await running({ schedule: [at('100ms', lying)] })
    expect(it.conclusion.verdict).toBe('error')
    expect(it.reasons.join()).toContain('cannot say what it touched')
  },
)

test('is not-restored when a fault cannot be healed', async () => {
  const module = new URL('../testing/failing-undo.ts', import.meta.url).href
  const stuck: Fault<CounterSystem> = {
    ...misbehave('refuse'),
    plan: async (system, context) => ({
      ...(await misbehave('refuse').plan(system, context)),
      undo: { module, args: null },
    }),
  }
  await using it = await running({
    schedule: [at('100ms', stuck, { for: '300ms' })],
    recoverWithin: '500ms',
  })
  expect(it.conclusion.verdict).toBe('not-restored')
  expect(it.reasons.join()).toContain('refuse(counter) could not be healed')
  expect(it.reasons.join()).toContain('this undo always fails')
})

const failures: Record<string, Changes> = {
  'the target does not start': {
    target: { ...counter(), start: async () => broken('planted') },
  },
  'a workload cannot open': {
    workloads: [{ ...adding(), open: async () => broken('planted') }],
  },
  'a workload throws': {
    workloads: [
      {
        ...adding(),
        open: async () => ({
          perform: async () => broken('planted'),
          [Symbol.asyncDispose]: async () => {},
        }),
      },
    ],
  },
  'a fault cannot be planned': {
    schedule: [
      at('100ms', { ...killCounter(), plan: async () => broken('planted') }, { for: '1s' }),
    ],
  },
  'a fault cannot be made': {
    schedule: [
      at('10ms', misbehave('refuse'), { for: '1s' }),
      at('200ms', {
        ...killCounter(),
        kind: 'momentary',
        plan: async () => ({
          undo: undefined,
          touches: [],
          apply: async () => broken('planted'),
        }),
      }),
    ],
  },
  'the final reads cannot be made': {
    workloads: [{ ...adding(), finale: () => broken('planted') }],
  },
  'a check throws': { checks: { kept: { ...kept(), check: () => broken('planted') } } },
}

test.each(Object.entries(failures))('is an error when %s, and heals', async (_, changes) => {
  await using it = await running(changes)
  expect(it.conclusion).toMatchObject({ verdict: 'error', exitCode: 4 })
  expect(it.reasons.join()).toContain('planted')
  const applied = it.journal.filter(entry => entry.kind === 'fault' && entry.step === 'applied')
  const healed = it.journal.filter(entry => entry.kind === 'fault' && entry.step === 'healed')
  expect(healed.length).toBeGreaterThanOrEqual(applied.length)
  expect(await leftovers(it.root)).toEqual([])
})

test('a saved run, judged again, comes to the same verdict', async () => {
  await using it = await running({}, { defencesOff: ['durable'] })
  expect(await judgeFolder(it.folder, it.experiment)).toEqual(it.conclusion)
  const saved = JSON.parse(await readFile(join(it.folder, 'verdict.json'), 'utf8'))
  expect(saved).toEqual(it.conclusion)
})

test('a seed repeats the inputs and the moments of the strikes; another seed does not', async () => {
  const [one, same, other] = await Promise.all([1, 1, 2].map(seed => running({}, { seed })))
  const told = (it: Awaited<ReturnType<typeof running>> | undefined) => {
    const [first] = it?.journal ?? []
    const inputs = it?.journal.filter(entry => entry.kind === 'invoke').slice(0, 20)
    return {
      plan: first?.kind === 'run' ? first.plan : undefined,
      inputs: inputs?.map(entry => entry.input),
    }
  }
  expect(told(one)).toEqual(told(same))
  expect(told(one).inputs).not.toEqual(told(other).inputs)
  expect(told(one).plan).not.toEqual(told(other).plan)
  for (const it of [one, same, other]) await it?.[Symbol.asyncDispose]()
})
