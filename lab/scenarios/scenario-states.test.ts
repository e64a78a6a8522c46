import { expect, test } from 'vitest'
import { idsIn, readCatalogue } from './catalogue.ts'
import { claimedIn } from './evidence-in-files.ts'
import { scenarioStates } from './scenario-states.ts'

const catalogue = readCatalogue(`
| ID | scenario |
| --- | --- |
| ORD-01 | Products, or what a | b means. |
| WS-02 | Publishing. |
| LOD-01 | p95 < 50 ms |
`)
const shown = [
  { id: 'ORD-01', kind: 'experiment', file: 'experiments/a.ts' },
  { id: 'ORD-01', kind: 'test', file: 'a.test.ts' },
  { id: 'ORD-01', kind: 'test', file: 'a.test.ts' },
] as const
const open = { 'WS-02': { carriedBy: 'experiments/b.ts', waitsFor: 'time' } }

test('reads IDs of two and of three letters, and nothing from the heading', () => {
  expect(catalogue.map(({ id }) => id)).toEqual(['ORD-01', 'WS-02', 'LOD-01'])
})

test('finds each ID of a title once, and no part of a longer word', () => {
  expect(idsIn('SES-02 and SES-03 (SES-02), XSES-04, UTF-8, ACC-123')).toEqual(['SES-02', 'SES-03'])
})

test('a scenario is shown, open, or missing', () => {
  const { states, unknown } = scenarioStates(catalogue, shown, open)
  const bare = { tests: [], controls: [] }
  const tests = [1, 2].map(() => ({ file: 'a.test.ts', title: '' }))
  expect(states).toEqual([
    {
      id: 'ORD-01',
      state: 'test',
      shownBy: ['experiments/a.ts', 'a.test.ts'],
      tests,
      controls: [],
    },
    { id: 'WS-02', state: 'open', carriedBy: 'experiments/b.ts', waitsFor: 'time', ...bare },
    { id: 'LOD-01', state: 'missing', ...bare },
  ])
  expect(unknown).toEqual([])
})

test('what shows a scenario wins over what calls it open', () => {
  const ordered = { 'ORD-01': { carriedBy: 'experiments/b.ts', waitsFor: 'time' } }
  expect(scenarioStates(catalogue, shown, ordered).states[0]).toMatchObject({ state: 'test' })
})

test('a control shows no scenario, but stands beside its tests', () => {
  const control = { id: 'WS-02', kind: 'control', file: 'a.test.ts', title: 'control: x' } as const
  const [, two] = scenarioStates(catalogue, [control], {}).states
  const controls = [{ file: 'a.test.ts', title: 'control: x' }]
  expect(two).toEqual({ id: 'WS-02', state: 'missing', tests: [], controls })
})

test('tells IDs that are not in the catalogue', () => {
  const misspelt = [{ id: 'ORD-99', kind: 'test', file: 'a.test.ts' } as const]
  const gone = { 'WS-77': { carriedBy: 'x', waitsFor: 'y' } }
  expect(scenarioStates(catalogue, misspelt, gone).unknown).toEqual(['ORD-99', 'WS-77'])
})

test('a file claims only what stands behind Scenarios: in a comment', () => {
  const source = `/**
 * Like ORD-02, but slower.
 * Scenarios: WS-07, DAT-07
 */
const text = 'Scenarios: ORD-03'`
  expect(claimedIn(source)).toEqual(['WS-07', 'DAT-07'])
})
