import { expect, test } from 'vitest'
import type { CrewAct } from '../../journal/crew.ts'
import type { Sample } from '../../journal/sample.ts'
import { DayState } from '../record/day-state.ts'
import { samplesFor } from './samples-for.ts'

const panel = { title: '', kind: 'lines', unit: 'none' } as const
const opened: CrewAct = {
  ...{ day: 'd', title: 'D', runId: 'r', seed: 1, at: '', target: 't' },
  ...{ workloads: [], steadyState: [], versions: {} },
  did: 'opened',
  panels: [
    { ...panel, id: 'faults', tellsFaults: true },
    { ...panel, id: 'memory', tellsFaults: false },
  ],
}
const crew = { kind: 'crew', by: 'console', role: 'console', source: 'lab' } as const
const measured = { traffic: {}, wire: {}, parts: {}, steady: {} }

test('a responder is not sent the panels that tell the faults, until the day is closed', () => {
  const state = new DayState()
  state.take({ ...crew, index: 0, atMs: 0, act: opened })
  const drawn = { faults: { injected: 1 }, memory: { shop: 1 } }
  const samples: readonly Sample[] = [
    { atMs: 1, ...measured },
    { atMs: 2, ...measured, drawn },
  ]
  expect(samplesFor('observer', state, samples)).toEqual(samples)
  const blind = samplesFor('responder', state, samples)
  expect(blind.map(each => each.drawn)).toEqual([undefined, { memory: { shop: 1 } }])
  state.take({ ...crew, index: 1, atMs: 3, act: { did: 'closed' } })
  expect(samplesFor('responder', state, samples)).toEqual(samples)
})
