import { expect, test } from 'vitest'
import { control } from '../model/control.ts'
import { defence } from '../model/defence.ts'
import { counterExperiment } from '../testing/counter-experiment.ts'
import type { CounterSystem } from '../testing/counter-target.ts'
import { optionRefusals, proofRefusals } from './proof-refusals.ts'

const plan = counterExperiment({ controls: [control('weeds', { breaks: 'kept' })] })
const offering = (...defences: string[]) => {
  return { ...plan, target: { ...plan.target, name: 'garden', defences } }
}

test('a run may switch off and plant what its plan offers', () => {
  expect(optionRefusals(plan, { defencesOff: ['durable'], planted: ['weeds'] })).toEqual([])
  expect(optionRefusals(plan, {})).toEqual([])
  expect(optionRefusals(counterExperiment(), {})).toEqual([])
})

test('a run may not switch off what the target does not offer', () => {
  const refused = optionRefusals(plan, { defencesOff: ['durable', 'hope'] })
  expect(refused).toMatchObject([
    {
      code: 'unknown-defence',
      expected: `one of ${plan.target.defences.join(', ')}`,
      found: '--without hope',
    },
  ])
})

test('a run may not plant what no control describes', () => {
  expect(optionRefusals(plan, { planted: ['weeds', 'frost'] })).toMatchObject([
    { code: 'unknown-control', expected: 'one of the controls: weeds', found: '--plant frost' },
  ])
  expect(optionRefusals(counterExperiment(), { planted: ['frost'] })).toMatchObject([
    { expected: 'one of the controls: (there are none)' },
  ])
})

test('a defence that the target does not offer is refused with those that it does', () => {
  const hope = defence(['durable', 'hope'], { breaks: 'kept' })
  expect(proofRefusals({ ...offering('durable', 'retry'), defences: [hope] })).toMatchObject([
    { expected: 'a defence that garden offers: durable, retry', found: 'hope' },
  ])
  expect(proofRefusals({ ...offering(), defences: [hope] })[0]?.expected).toContain('(none)')
})

test('each check that a defence or a control names must be there', () => {
  const controls = [
    control<CounterSystem>('weeds', { breaks: 'peace', mayAlsoBreak: ['kept', 'quiet'] }),
  ]
  expect(proofRefusals({ ...plan, controls })).toMatchObject([
    { code: 'unknown-check', expected: 'weeds to break one of the checks: kept', found: 'peace' },
    { code: 'unknown-check', found: 'quiet' },
  ])
})
