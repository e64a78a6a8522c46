import type { Journal } from '../journal/journal.ts'

/**
 * What a checker says. `valid` only when something was really examined: an empty history, zero
 * reads or zero successes during the fault are `unknown`. `invalid` always carries a witness.
 */
export type Finding =
  | { readonly word: 'valid'; readonly story: string; readonly figures: Figures }
  | {
      readonly word: 'invalid'
      readonly story: string
      readonly figures: Figures
      readonly witness: Witness
    }
  | { readonly word: 'unknown'; readonly story: string; readonly figures: Figures }

/** Named figures for the report, units in the name: `{ lost: 0, outageMs: 2310 }`. */
export type Figures = Readonly<Record<string, number>>

/** What shows the failure: journal indices to look at, and when it happened. */
export interface Witness {
  readonly what: string
  readonly entries: readonly number[]
  /** In ms since the run began; the proof demands that it does not lie before the first fault. */
  readonly atMs: number
}

export interface Checker {
  readonly name: string
  /** Links whose single messages the check needs in the journal (else only counters are kept). */
  readonly subscribes?: (link: { readonly name: string; readonly protocol: string }) => boolean
  check(journal: Journal): Finding
}
