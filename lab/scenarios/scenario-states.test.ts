import { expect, test } from 'vitest'
import { idsIn, readCatalogue } from './catalogue.ts'
import { claimedIn } from './evidence-in-files.ts'
import { scenarioStates } from './scenario-states.ts'

const catalogue = readCatalogue(`
| ID | scenario |
| --- | --- |
| ORD-01 | Products, or what a | b means. |
| WS-02 | Publishing. |
| WS-03 | Coming back. |
| LOD-01 | p95 < 50 ms |
`)
const shown = [
  { id: 'ORD-01', kind: 'experiment', file: 'experiments/a.ts' },
  { id: 'ORD-01', kind: 'test', file: 'a.test.ts' },
  { id: 'ORD-01', kind: 'test', file: 'a.test.ts' },
  { id: 'WS-02', kind: 'test', file: 'b.test.ts' },
  { id: 'LOD-01', kind: 'benchmark', file: 'bench/load.ts' },
] as const

test('reads IDs of two and of three letters, and nothing from the heading', () => {
  expect(catalogue.map(({ id }) => id)).toEqual(['ORD-01', 'WS-02', 'WS-03', 'LOD-01'])
})

test('finds each ID of a title once, and no part of a longer word', () => {
  expect(idsIn('SES-02 and SES-03 (SES-02), XSES-04, UTF-8, ACC-123')).toEqual(['SES-02', 'SES-03'])
})

test('an experiment carries a scenario, a benchmark shows one of load; calm weather alone leaves it open', () => {
  const { states, unknown } = scenarioStates(catalogue, shown)
  const bare = { tests: [], controls: [] }
  const tests = [1, 2].map(() => ({ file: 'a.test.ts', title: '' }))
  const shownBy = ['experiments/a.ts', 'a.test.ts']
  expect(states).toEqual([
    { id: 'ORD-01', state: 'experiment', shownBy, tests, controls: [] },
    {
      id: 'WS-02',
      state: 'open',
      shownBy: ['b.test.ts'],
      tests: [{ file: 'b.test.ts', title: '' }],
      controls: [],
    },
    { id: 'WS-03', state: 'missing', ...bare },
    { id: 'LOD-01', state: 'benchmark', shownBy: ['bench/load.ts'], ...bare },
  ])
  expect(unknown).toEqual([])
})

test('a control shows no scenario, but stands beside its tests', () => {
  const control = { id: 'WS-02', kind: 'control', file: 'a.test.ts', title: 'control: x' } as const
  const [, two] = scenarioStates(catalogue, [control]).states
  const controls = [{ file: 'a.test.ts', title: 'control: x' }]
  expect(two).toEqual({ id: 'WS-02', state: 'missing', tests: [], controls })
})

test('tells IDs that are not in the catalogue', () => {
  const misspelt = [{ id: 'ORD-99', kind: 'test', file: 'a.test.ts' } as const]
  expect(scenarioStates(catalogue, misspelt).unknown).toEqual(['ORD-99'])
})

test('a file claims only what stands behind Scenarios: in a comment', () => {
  const source = `/**
 * Like ORD-02, but slower.
 * Scenarios: WS-07, DAT-07
 */
const text = 'Scenarios: ORD-03'`
  expect(claimedIn(source)).toEqual(['WS-07', 'DAT-07'])
})
