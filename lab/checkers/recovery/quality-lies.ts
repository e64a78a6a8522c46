import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Lie, Told } from '../../model/checker.ts'
import {
  endedAs,
  indicesOf,
  refusal,
  someOf,
  told,
  unanswered,
  withTimes,
} from '../shared/falsify.ts'
import type { Performed } from '../shared/history.ts'

/** What a check of shares looks at in a journal. */
export interface Shares {
  /** Operations that went well, and may be made to go badly. */
  readonly good: readonly Performed[]
  /** Those that did not go well anyway: one more is among them, and any of them is the witness. */
  readonly bad: readonly Performed[]
  /** How many more must go badly that the check no longer holds. */
  readonly more: number
  /** An ok answer after so long is no good one. */
  readonly boundMs: number
  /** No answer may be moved behind this moment, or it would no longer be looked at. */
  readonly toMs: number
}

/** Just so many operations are refused, late, or never answered that too few are good. */
export function qualityLies(sharesOf: (journal: Journal) => Shares | undefined): readonly Lie[] {
  const lie = (
    name: string,
    change: (journal: Journal, chosen: readonly Performed[], shares: Shares) => Journal,
    needsTime: boolean,
  ): Lie => ({
    name,
    found: 'invalid',
    tell: (journal: Journal, random: Random): Told | undefined => {
      const shares = sharesOf(journal)
      if (!shares) return undefined
      const { good, bad, more, boundMs, toMs } = shares
      const early = needsTime ? good.filter(one => one.intendedMs + boundMs + 1 < toMs) : good
      const chosen = someOf(random, early, more)
      if (more <= 0 || chosen.length < more) return undefined
      return told(change(journal, chosen, shares), indicesOf([...chosen, ...bad]))
    },
  })
  return [
    lie(
      'refuses just too many requests',
      (journal, some) => endedAs(journal, some, refusal),
      false,
    ),
    lie('never answers just too many requests', unanswered, true),
    lie('answers just too many requests too late', slowed, true),
  ]
}

function slowed(journal: Journal, chosen: readonly Performed[], { boundMs }: Shares): Journal {
  const times = chosen.flatMap(({ answer }) =>
    answer ? [[answer.index, boundMs + 1 - answer.latencyMs] as const] : [],
  )
  return withTimes(journal, new Map(times))
}

/** How many more of `good` must go badly until less than `share` of all are good. */
export function moreUntilBelow(share: number, good: number, all: number): number {
  return good - Math.ceil(share * all) + 1
}
