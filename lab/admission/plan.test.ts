import { expect, test } from 'vitest'
import { control } from '../model/control.ts'
import { defence } from '../model/defence.ts'
import type { Experiment } from '../model/experiment.ts'
import { errorRatio, hypothesis } from '../model/probes.ts'
import { after, at } from '../model/schedule.ts'
import { atMost } from '../model/tolerances.ts'
import { kept, saying } from '../testing/counter-checks.ts'
import { counterExperiment } from '../testing/counter-experiment.ts'
import { adding, type CounterSystem, killCounter } from '../testing/counter-target.ts'
import { admit, refusals, timesOf } from './plan.ts'

type Changes = Partial<Experiment<CounterSystem>>

test('a sound plan is not refused', () => {
  expect(refusals(counterExperiment())).toEqual([])
})

const well = (workload: Parameters<typeof errorRatio>[0] = adding()) =>
  hypothesis<CounterSystem, number>('all is well', errorRatio(workload), atMost(0.05))
const brief = { for: '1s', name: 'cut' } as const
const momentary = { ...killCounter(), kind: 'momentary' as const }
const refused: Record<string, [Changes, string]> = {
  'no check': [{ checks: {}, defences: [] }, 'no-checks'],
  'no workload': [{ workloads: [] }, 'no-workloads'],
  'no fault': [{ schedule: [] }, 'no-faults'],
  'two workloads of one name': [{ workloads: [adding(), adding()] }, 'workload-twice'],
  'a defence the target does not offer': [
    { defences: [defence('hope', { breaks: 'kept' })] },
    'unknown-defence',
  ],
  'a defence that names no check': [
    { defences: [defence('durable', { breaks: 'peace', mayAlsoBreak: ['kept'] })] },
    'unknown-check',
  ],
  'a duration shorter than the schedule': [{ duration: '300ms' }, 'too-short'],
  'a momentary fault that lasts': [
    { schedule: [at('1s', momentary, { for: '2s' })] },
    'cannot-last',
  ],
  'no steady state': [{ steadyState: [] }, 'no-steady-state'],
  'two hypotheses of one sentence': [{ steadyState: [well(), well()] }, 'hypothesis-twice'],
  'a hypothesis about traffic that is not there': [
    { steadyState: [well({ name: 'subtracting', perSecond: 1 })] },
    'unknown-workload',
  ],
  'an abort condition that can never be met': [
    { abortWhen: [errorRatio(adding()).above(1).for('1s')] },
    'abort-never',
  ],
  'two strikes of one name': [
    { schedule: [at('1s', killCounter(), brief), at('2s', killCounter(), brief)] },
    'strike-twice',
  ],
  'a lasting fault that is healed as soon as it is made': [
    { schedule: [at('1s', killCounter())] },
    'hardly-in-force',
  ],
  'a lasting fault with no time to be in force': [
    { schedule: [at('1s', killCounter(), { for: '1ms' })] },
    'hardly-in-force',
  ],
  'a strike after one that is not there': [
    { schedule: [after('thunder', '1s', killCounter(), { for: '1s' })] },
    'waits-for-ever',
  ],
  'strikes that wait for each other': [
    {
      schedule: [
        after('b', '1s', killCounter(), { for: '1s', name: 'a' }),
        after('a', '1s', killCounter(), { for: '1s', name: 'b' }),
      ],
    },
    'waits-for-ever',
  ],
  'a control beyond the duration': [
    {
      duration: '1s',
      controls: [
        control('weeds', { breaks: 'kept', strikes: [at('5s', killCounter(), { for: '1s' })] }),
      ],
    },
    'too-short',
  ],
}

test.each(Object.entries(refused))('refuses %s', (_, [changes, code]) => {
  expect(refusals(counterExperiment(changes)).map(refusal => refusal.code)).toContain(code)
})

test('refuses a time without a unit, and names the field', () => {
  const plan = counterExperiment()
  Reflect.set(plan, 'baseline', '5')
  expect(refusals(plan)).toMatchObject([{ code: 'bad-duration', found: '"5"' }])
  expect(refusals(plan)[0]?.expected).toContain('baseline')
})

test('a check that nothing breaks may be run: it may be held, and is never proved', () => {
  const plan = counterExperiment({ checks: { kept: kept(), vain: saying('valid') } })
  expect(refusals(plan)).toEqual([])
})

test('the duration counts strikes that wait for others, as late as they may come', () => {
  const plan = counterExperiment({
    schedule: [
      at('1s', killCounter(), { for: '2s', within: '500ms', name: 'cut' }),
      after('cut', '1s', killCounter(), { for: '1s', once: 'healed' }),
    ],
  })
  expect(timesOf(plan).durationMs).toBe(1_000 + 500 + 2_000 + 1_000 + 1_000)
})

test('a control is proof enough for a check', () => {
  const plan = counterExperiment({
    defences: [],
    controls: [control('weeds', { breaks: 'kept', strikes: [] })],
  })
  expect(refusals(plan)).toEqual([])
})

test('tells all that is wrong at once', async () => {
  const plan = counterExperiment({ workloads: [], schedule: [] })
  await expect(admit(plan, async () => undefined)).rejects.toMatchObject({
    code: 'no-workloads',
    verdict: 'usage',
    message: expect.stringContaining('also: expected at least one fault'),
  })
})

test('says which means this machine lacks, and for which fault', async () => {
  const plan = counterExperiment({
    schedule: [at('1s', { ...killCounter(), needs: ['limited-disk'] }, { for: '1s' })],
  })
  await expect(admit(plan, async () => 'mount is forbidden')).rejects.toMatchObject({
    code: 'machine-unable',
    verdict: 'unable',
    message: expect.stringContaining('mount is forbidden'),
  })
})

test('the duration ends with the latest strike, as late as a seed may move it', () => {
  const plan = counterExperiment({
    schedule: [at('1s', killCounter(), { for: '2s', within: '500ms' }), at('3s', momentary)],
  })
  expect(timesOf(plan).durationMs).toBe(3_500)
})
