import type { EntryOf } from '../shared/history.ts'
import { atOf } from './wire-events.ts'

export type BreakerState = 'open' | 'half-open' | 'closed'

/** A stretch of time that a breaker spent in one state, as its instance told it. */
export interface Period {
  readonly state: BreakerState
  readonly entry: EntryOf<'service'>
  readonly fromMs: number
  /** Undefined: until the end of the run. */
  readonly toMs: number | undefined
  /** What ended it: its next change, or the end of its process. */
  readonly end: 'changed' | 'exited' | undefined
  /** The state it came from, where no breaker may go from there to here. */
  readonly before: BreakerState | 'allowed'
}

const mayFollow: Readonly<Record<BreakerState, readonly BreakerState[]>> = {
  closed: ['open', 'closed'],
  open: ['half-open', 'open'],
  'half-open': ['open', 'closed', 'half-open'],
}

interface Change {
  readonly entry: EntryOf<'service'>
  readonly state: BreakerState
}

/** The periods of one breaker; the end of its process ends one, and the next begins at closed. */
export function periodsOf(
  changes: readonly Change[],
  ends: readonly EntryOf<'process'>[],
): readonly Period[] {
  const sorted = changes.toSorted((a, b) => atOf(a.entry) - atOf(b.entry))
  const periods: Period[] = []
  let state: BreakerState = 'closed'
  sorted.forEach((change, place) => {
    const fromMs = atOf(change.entry)
    const nextMs = sorted[place + 1] && atOf(sorted[place + 1]?.entry ?? change.entry)
    const exitMs = ends.map(atOf).find(ms => ms >= fromMs && ms <= (nextMs ?? ms))
    const before = mayFollow[state].includes(change.state) ? 'allowed' : state
    const end = exitMs !== undefined ? 'exited' : nextMs !== undefined ? 'changed' : undefined
    periods.push({ ...change, fromMs, toMs: exitMs ?? nextMs, end, before })
    state = exitMs !== undefined ? 'closed' : change.state
  })
  return periods
}
