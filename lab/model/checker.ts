import type { Random } from '../base/random.ts'
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
  /** Its sentence says how long something takes, so a stall of the lab itself could break it. */
  readonly timed?: true
  /** It judges alerts: the target starts what evaluates their rules. */
  readonly watchesAlerts?: true
  /** So long after the last strike the run must still be watched. */
  readonly aftermathMs?: number
  /** A switch of the target that this check alone misses, to be proved beside the experiment's own. */
  readonly defence?: string
  check(journal: Journal): Finding
  /**
   * Of a check that judges each thing by itself (a key, a channel): the parts of a journal and of its
   * falsified copy that tell all about the things the lie touched. What violates the check's sentence
   * in a part violates it in the whole, so that a lie which is found in its part is found.
   */
  partsOf?(journal: Journal, told: Told): Parts
  /** At least one: a check to which no lie can be told in a run is `unknown` there. */
  readonly lies: readonly Lie[]
}

/**
 * A way to falsify a journal so that it violates the check's own sentence by the least amount: one
 * confirmed write taken out of the final reads, one frame delivered twice, one answer moved behind
 * its deadline. After every run in which the check is valid the lab tells each lie to a copy of that
 * very journal, and the check must find it.
 */
export interface Lie {
  /** What it falsifies, as a sentence without subject: `takes one confirmed write out of the reads`. */
  readonly name: string
  /**
   * How it must be found: `invalid`, with a witness that names one of `touched`; or `unknown` as
   * well, for an omission after which an honest check can only say that it cannot tell.
   */
  readonly found: 'invalid' | 'unknown'
  /**
   * The falsified copy; the journal given is never changed. Undefined where this run has no place
   * for the lie. Indices of entries stay what they were; an added entry takes the one of a neighbour.
   */
  tell(journal: Journal, random: Random): Told | undefined
}

export interface Told {
  readonly journal: Journal
  /** Indices of the entries of which one must be in the witness. */
  readonly touched: readonly number[]
}

/** Of a journal, and of the copy to which a lie was told. */
export interface Parts {
  readonly before: Journal
  readonly after: Journal
}
