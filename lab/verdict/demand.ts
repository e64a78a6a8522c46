import type { Reason } from './conclusion.ts'
import type { Facts } from './facts.ts'

/** Something a run must show to be held, and what it is where that is missing or otherwise. */
export interface Demand {
  readonly name: string
  readonly word: Reason['word']
  /** What is missing or wrong, in sentences; empty where all is there. */
  readonly missing: (facts: Facts) => readonly string[]
  /** What to do about it. */
  readonly next: string
  /** Asked only of a run that came to its end: where it was cut short, something else says why. */
  readonly ofWholeRuns?: true
  /** A machine short of time alone can cause it: such a run may be made again. */
  readonly ofMachine?: true
}
