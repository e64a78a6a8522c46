import { expect, test } from 'vitest'
import { control } from '../model/control.ts'
import { defence } from '../model/defence.ts'
import type { Experiment } from '../model/experiment.ts'
import { errorRatio, hypothesis } from '../model/probes.ts'
import { at } from '../model/schedule.ts'
import { atMost } from '../model/tolerances.ts'
import { counterExperiment } from '../testing/counter-experiment.ts'
import { adding, type CounterSystem, killCounter } from '../testing/counter-target.ts'
import { contentRefusals } from './content-refusals.ts'

const of = (changes: Partial<Experiment<CounterSystem>>) =>
  contentRefusals(counterExperiment(changes))
const well = hypothesis<CounterSystem, number>('well', errorRatio(adding()), atMost(0.05))
const cut = at('1s', killCounter(), { name: 'cut', for: '1s' })
const weeds = control<CounterSystem>('weeds', { breaks: 'kept', strikes: [cut] })

test.each<[string, Partial<Experiment<CounterSystem>>, string]>([
  ['workload', { workloads: [adding(), adding()] }, adding().name],
  ['hypothesis', { steadyState: [well, well] }, 'well'],
  ['strike', { schedule: [cut], controls: [weeds] }, 'cut'],
  ['proof', { defences: [0, 1].map(() => defence('durable', { breaks: 'kept' })) }, 'durable'],
  [
    'proof',
    { defences: [defence('weeds', { breaks: 'kept' })], controls: [{ ...weeds, strikes: [] }] },
    'weeds',
  ],
])('a %s that stands twice is told by its name', (what, changes, name) => {
  expect(of(changes)).toMatchObject([{ code: `${what}-twice`, found: `two called ${name}` }])
})

test('a probe of traffic that is not there is told, in an abort condition too', () => {
  const stranger = { name: 'subtracting', perSecond: 1 }
  expect(of({ abortWhen: [errorRatio(stranger).above(0.5).for('1s')] })).toMatchObject([
    { code: 'unknown-workload', found: 'subtracting' },
  ])
})
