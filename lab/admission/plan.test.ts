import { expect, test } from 'vitest'
import { control } from '../model/control.ts'
import { defence } from '../model/defence.ts'
import type { Experiment } from '../model/experiment.ts'
import { at } from '../model/schedule.ts'
import { kept, saying } from '../testing/counter-checks.ts'
import { counterExperiment } from '../testing/counter-experiment.ts'
import { adding, type CounterSystem, killCounter } from '../testing/counter-target.ts'
import { admit, refusals, timesOf } from './plan.ts'

type Changes = Partial<Experiment<CounterSystem>>

test('a sound plan is not refused', () => {
  expect(refusals(counterExperiment())).toEqual([])
})

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
  'a check that nothing breaks': [
    { checks: { kept: kept(), vain: saying('valid') } },
    'unproved-check',
  ],
  'a duration shorter than the schedule': [{ duration: '300ms' }, 'too-short'],
  'a momentary fault that lasts': [
    { schedule: [at('1s', momentary, { for: '2s' })] },
    'cannot-last',
  ],
  'a control beyond the duration': [
    {
      duration: '1s',
      controls: [control('weeds', { breaks: 'kept', strikes: [at('5s', killCounter())] })],
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
    schedule: [at('1s', { ...killCounter(), needs: ['limited-disk'] })],
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
