import { type Duration, toMs } from '../../base/duration.ts'
import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie, Told } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew } from '../shared/conclude.ts'
import { endedAs, firstThat, indicesOf, refusal, stretched, told } from '../shared/falsify.ts'
import { isOk, type Named, type Performed, trafficOf } from '../shared/history.ts'
import { endedBefore, faultWindow } from '../shared/strikes.ts'

export interface OutageOptions {
  readonly atMost: Duration
  /** Counts from the strike of this name; default from the first of all. */
  readonly from?: string
  /** Judges each group by itself (one instance, one route), so that none hides behind another. */
  readonly by?: (operation: Performed) => string
}

interface Outage {
  readonly group: string
  readonly fromMs: number
  readonly toMs: number
  readonly entries: readonly number[]
}

/** The least traffic that can show an outage; below it the answer is unknown. */
const leastOperations = 10

/**
 * The longest stretch without an ok answer, from the first fault to the end of the traffic. It is
 * about one outage and not about recovery: where every second answer is an error for ever after,
 * there is no outage (see `recovers` and `goodput`). Unknown when too little traffic ran meanwhile,
 * or when no answer before the fault shows that there was any service to lose.
 */
export function longestOutage(workload: Named, options: OutageOptions): Checker {
  return {
    name: `longest outage of ${workload.name}: at most ${options.atMost}`,
    timed: true,
    check: journal => judge(journal, workload, options),
    lies: liesOf(workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: OutageOptions): Finding {
  const atMostMs = toMs(options.atMost)
  const { outages, before, during } = outagesIn(journal, workload, options)
  const longest = outages.toSorted((a, b) => length(b) - length(a))
  const outageMs = Math.round(longest[0] ? length(longest[0]) : 0)
  return conclude({
    journal,
    violations: longest
      .filter(each => length(each) > atMostMs)
      .map(each => ({
        kind: 'tooLong',
        what: `no ok answer for ${Math.round(length(each))} ms in ${each.group}`,
        entries: each.entries,
        atMs: each.fromMs,
      })),
    figures: { outageMs, atMostMs, before, operations: during },
    unseen: [
      ...tooFew('Ok answers before the fault', before, 1),
      ...tooFew('Operations since the fault', during, leastOperations),
      ...gapsIn(journal),
    ],
    story: `The longest stretch without an ok answer was ${outageMs} ms (at most ${options.atMost}).`,
  })
}

function outagesIn(journal: Journal, workload: Named, options: OutageOptions) {
  const window = faultWindow(journal, options.from)
  const traffic = trafficOf(journal, workload)
  if (!window) return { outages: [], before: 0, during: 0 }
  const { fromMs } = window
  const before = traffic.filter(each => isOk(each) && endedBefore(each, fromMs)).length
  const during = traffic.filter(each => !endedBefore(each, fromMs)).length
  const enough = before > 0 && during >= leastOperations
  const outages = enough ? outagesOf(traffic, fromMs, options.by ?? (() => workload.name)) : []
  return { outages, before, during }
}

/** Between two ok answers, or between the last one and the end of the group's traffic. */
function outagesOf(
  traffic: readonly Performed[],
  sinceMs: number,
  by: (operation: Performed) => string,
): readonly Outage[] {
  return [...Map.groupBy(traffic, by)].flatMap(([group, operations]) => {
    const oks = operations
      .filter(isOk)
      .toSorted((a, b) => a.answer.atMs - b.answer.atMs)
      .map(each => ({ atMs: each.answer.atMs, index: each.answer.index }))
    const last = operations.at(-1)
    const marks = [...oks, ...(last ? [{ atMs: last.invokedMs, index: last.invokeIndex }] : [])]
    return marks.map((mark, place): Outage => {
      const before = marks[place - 1]
      const fromMs = Math.max(before?.atMs ?? sinceMs, sinceMs)
      const entries = before ? [before.index, mark.index] : [mark.index]
      return { group, fromMs, toMs: mark.atMs, entries }
    })
  })
}

const length = (outage: Outage) => outage.toMs - outage.fromMs

function liesOf(workload: Named, options: OutageOptions): readonly Lie[] {
  const atMostMs = toMs(options.atMost)
  return [
    {
      name: 'lets one outage last a little longer than allowed',
      found: 'invalid',
      tell: (journal: Journal, random: Random): Told | undefined => {
        const { outages } = outagesIn(journal, workload, options)
        const real = outages.filter(each => length(each) > 0)
        return firstThat(random, real, each => {
          const middleMs = (each.fromMs + each.toMs) / 2
          const then = outages.filter(one => one.fromMs < middleMs && one.toMs > middleMs)
          const more = atMostMs + 1 - length(each)
          return told(
            stretched(journal, middleMs, more),
            then.flatMap(({ entries }) => entries),
          )
        })
      },
    },
    {
      name: 'refuses all of a stretch a little longer than allowed',
      found: 'invalid',
      tell: (journal: Journal, random: Random): Told | undefined => {
        const { by = () => workload.name } = options
        const fromMs = faultWindow(journal, options.from)?.fromMs ?? Number.POSITIVE_INFINITY
        const oks = trafficOf(journal, workload).filter(isOk)
        const since = oks.filter(each => !endedBefore(each, fromMs))
        const lastMs = Math.max(...since.map(({ answer }) => answer.atMs))
        const early = since.filter(({ answer }) => answer.atMs + atMostMs < lastMs)
        return firstThat(random, early, first => {
          const ofGroup = since
            .filter(each => by(each) === by(first) && each.answer.atMs >= first.answer.atMs)
            .toSorted((a, b) => a.answer.atMs - b.answer.atMs)
          const end = ofGroup.findIndex(each => each.answer.atMs > first.answer.atMs + atMostMs)
          if (end < 0) return undefined
          const gone = ofGroup.slice(1, end)
          const shown = [first, ...ofGroup.slice(1, end + 1)]
          return gone.length > 0
            ? told(endedAs(journal, gone, refusal), indicesOf(shown))
            : undefined
        })
      },
    },
  ]
}
