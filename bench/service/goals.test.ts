import { expect, test } from 'vitest'
import { findMeasures } from '../shared/find-measures.ts'
import type { Goal, Measure } from './measure.ts'
import { rowsOf } from './results.ts'

const measures = await findMeasures<Measure>(new URL('measures/', import.meta.url))
const scenarios = ['LOD-01', 'LOD-02', 'LOD-03', 'LOD-04', 'LOD-05', 'LOD-06', 'WS-06']

/** What the benchmark says of a goal where this is all that was measured of it. */
function verdictOn(measure: Measure, goal: Goal, value: number) {
  const rounds = [{ stretches: [{ figures: { [goal.figure]: value } }] }]
  const rows = rowsOf({ ...measure, goals: [goal] }, rounds)
  return rows.map(({ scenario, verdict }) => `${scenario} ${verdict}`).join()
}

const bounded = measures.flatMap(measure =>
  measure.goals.flatMap(goal =>
    [goal.atLeast, goal.atMost]
      .filter(bound => bound !== undefined)
      .map(bound => ({ measure, goal, bound, past: bound === goal.atMost ? 1.01 : 0.99 })),
  ),
)

test('LOD-01, LOD-02, LOD-03, LOD-04, LOD-05, LOD-06 and WS-06 control: past its bound each figure is missed', () => {
  const shown = bounded.map(({ measure, goal, bound, past }) => {
    const scenario = goal.scenario ?? measure.scenario
    expect(verdictOn(measure, goal, bound)).toBe(`${scenario} met`)
    // A bound of nothing at all has no hundredth past it.
    expect(verdictOn(measure, goal, bound === 0 ? 1 : bound * past)).toBe(`${scenario} missed`)
    return scenario
  })
  expect([...new Set(shown)].sort()).toEqual(scenarios)
})
