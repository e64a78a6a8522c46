import { expect, test } from 'vitest'
import type { Usage } from './cpu.ts'
import { limitOf } from './limit.ts'
import { markdown } from './markdown.ts'
import type { Measure } from './measure.ts'
import { page } from './page.ts'
import { rowsOf } from './results.ts'

const measure: Measure = {
  name: 'example',
  scenario: 'LOD-01',
  goals: [
    { figure: 'rate', title: 'rate', unit: 'op/s', atLeast: 1_000 },
    { figure: 'p95', title: 'p95', unit: 'ms', atMost: 50, isOwn: true },
    { figure: 'p50', title: 'p50', unit: 'ms' },
    { figure: 'gone', title: 'gone', unit: 'ms', atMost: 50 },
  ],
  run: async () => ({ stretches: [] }),
}
const usage = (more: Partial<Usage>): Usage => ({
  seconds: 1,
  cores: {},
  busiest: {},
  others: 0,
  ...more,
})
const rounds = [900, 1_100, 1_200].map(rate => ({
  stretches: [{ figures: { rate, p95: rate / 10, p50: 1 }, usage: usage({ cores: { api: 1.9 } }) }],
}))

test('judges by the median, and calls missed what was not measured', () => {
  const rows = rowsOf(measure, rounds)
  expect(rows.map(({ goal, verdict }) => `${goal.figure} ${verdict}`)).toEqual([
    'rate met',
    'p95 missed',
    'p50 told',
    'gone missed',
  ])
})

test.each([
  ['the cores', usage({ cores: { api: 1.1, postgres: 0.7 } })],
  ['one core of api', usage({ cores: { api: 0.95 }, busiest: { api: 0.95 } })],
  ['others, if anything', usage({ cores: { api: 0.5 }, others: 1.45 })],
  ['nothing was at its limit', usage({ cores: { api: 0.5 }, others: 0.1 })],
])('reads off the cores: %s', (cause, usage) => {
  expect(limitOf(usage, 2)).toMatch(new RegExp(`^${cause} \\(`))
})

test('shows each row and each curve', () => {
  const curve = { plot: 'A plot', x: 's', y: 'op/s', name: 'a', points: [[0, 1] as const] }
  const results = {
    about: { cpu: 'some' },
    rows: rowsOf(measure, rounds),
    curves: [{ ...curve, measure: 'example' }],
  }
  expect(markdown(results)).toContain('**1 of 3 goals met.**')
  expect(markdown(results)).toMatch(
    /\| LOD-01 \| rate \| op\/s \| ≥ 1000 \| 1100 \(900 – 1200\) \| met \| the cores/,
  )
  expect(page(results)).toContain('A plot')
})
