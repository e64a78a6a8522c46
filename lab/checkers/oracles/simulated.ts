import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'

/** A run of a simulated system. */
export interface Simulated {
  readonly journal: Journal
  /** Whether its bug came to light in this run; never where it has none. */
  readonly shown: boolean
}

export type Simulation<Bug extends string> = (bug: Bug | 'none', random: Random) => Simulated

export function isLikely(random: Random, probability: number): boolean {
  return random.next() < probability
}
