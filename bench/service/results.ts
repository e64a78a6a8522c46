import { median } from '../shared/median.ts'
import type { Usage } from './cpu.ts'
import { limitOf } from './limit.ts'
import type { Curve, Found, Goal, Measure } from './measure.ts'

/** One figure over all rounds. */
export interface Row {
  readonly measure: string
  readonly scenario: string
  readonly goal: Goal
  readonly values: readonly number[]
  readonly verdict: 'met' | 'missed' | 'told'
  /** What the machine was busy with, as measured in the round with the median. */
  readonly limit: string
  readonly usage?: Usage
}

export interface Results {
  readonly about: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
  readonly curves: readonly (Curve & { readonly measure: string })[]
}

/** A goal is judged by the median of its rounds. */
export function rowsOf({ name, scenario, goals }: Measure, rounds: readonly Found[]): Row[] {
  return goals.map(goal => {
    const taken = rounds.map(({ stretches }) =>
      stretches.find(({ figures }) => goal.figure in figures),
    )
    const values = taken.map(stretch => stretch?.figures[goal.figure] ?? Number.NaN)
    const middle = median(values)
    const nearest = taken[nearestTo(middle, values)]
    const usage = nearest?.usage
    return {
      measure: name,
      scenario: goal.scenario ?? scenario,
      goal,
      values,
      verdict: judge(goal, middle),
      limit: usage ? limitOf(usage) : '',
      ...(usage && { usage }),
    }
  })
}

/** What is not a number is missed: nothing was measured. */
function judge({ atLeast, atMost }: Goal, value: number): Row['verdict'] {
  if (atLeast === undefined && atMost === undefined) return 'told'
  return value >= (atLeast ?? Number.NEGATIVE_INFINITY) &&
    value <= (atMost ?? Number.POSITIVE_INFINITY)
    ? 'met'
    : 'missed'
}

function nearestTo(wanted: number, values: readonly number[]): number {
  const distances = values.map(value => Math.abs(value - wanted))
  return Math.max(0, distances.indexOf(Math.min(...distances)))
}
