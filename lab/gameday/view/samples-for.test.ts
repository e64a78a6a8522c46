import { expect, test } from 'vitest'
import { DayState } from '../record/day-state.ts'
import { samplesFor } from './samples-for.ts'

test('a responder is not sent the panels that tell the faults, until the day is closed', () => {
  const state = new DayState()
  const panel = { title: '', kind: 'lines', unit: 'none' } as const
  const opened = {
    ...{ did: 'opened', day: 'd', title: 'D', runId: 'r', seed: 1, at: '', target: 't' },
    ...{ workloads: [], steadyState: [], versions: {} },
    panels: [
      { ...panel, id: 'faults', tellsFaults: true },
      { ...panel, id: 'memory', tellsFaults: false },
    ],
  } as const
  const crew = { kind: 'crew', by: 'console', role: 'console', source: 'lab' } as const
  state.take({
    ...crew,
    index: 0,
    atMs: 0,
    act: { ...opened, workloads: [], steadyState: [], panels: [...opened.panels] },
  })
  const samples = [
    { atMs: 1, traffic: {}, wire: {}, parts: {}, steady: {} },
    {
      atMs: 2,
      traffic: {},
      wire: {},
      parts: {},
      steady: {},
      drawn: { faults: { f: 1 }, memory: { m: 1 } },
    },
  ]
  expect(samplesFor('observer', state, samples)).toEqual(samples)
  const blind = samplesFor('responder', state, samples)
  expect(blind.map(({ drawn }) => drawn)).toEqual([undefined, { memory: { m: 1 } }])
  state.take({ ...crew, index: 1, atMs: 3, act: { did: 'closed' } })
  expect(samplesFor('responder', state, samples)).toEqual(samples)
})
