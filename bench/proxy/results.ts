import { median } from '../shared/median.ts'
import type { Goal, Measure } from './measure.ts'

/** One figure over all rounds. */
export interface Row {
  readonly measure: string
  readonly goal: Goal
  readonly ours: readonly number[]
  readonly theirs: readonly number[]
  /** Ours divided by theirs, round by round. */
  readonly ratio: Spread
  readonly verdict: 'stretch' | 'met' | 'missed' | 'told'
}

export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** A pair of figures from one round. */
export interface Round {
  readonly ours: Readonly<Record<string, number>>
  readonly theirs: Readonly<Record<string, number>>
}

export function rows(
  { name, goals }: Pick<Measure, 'name' | 'goals'>,
  rounds: readonly Round[],
): Row[] {
  return goals.map(goal => {
    const ours = rounds.map(round => round.ours[goal.figure] ?? Number.NaN)
    const theirs = rounds.map(round => round.theirs[goal.figure] ?? Number.NaN)
    const ratio = spread(ours.map((value, i) => value / (theirs[i] ?? Number.NaN)))
    return { measure: name, goal, ours, theirs, ratio, verdict: judge(goal, ours, ratio) }
  })
}

function judge({ better, ratio, stretch, atLeast }: Goal, ours: readonly number[], found: Spread) {
  if (atLeast !== undefined) return Math.min(...ours) >= atLeast ? 'met' : 'missed'
  const reaches = (wanted: number) =>
    better === 'less' ? found.median <= wanted : found.median >= wanted
  if (stretch !== undefined && reaches(stretch)) return 'stretch'
  if (ratio === undefined) return 'told'
  return reaches(ratio) ? 'met' : 'missed'
}

function spread(values: readonly number[]): Spread {
  return { min: Math.min(...values), median: median(values), max: Math.max(...values) }
}
