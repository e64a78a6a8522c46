import { type Duration, toMs } from '../../base/duration.ts'
import { quantile } from '../../base/quantile.ts'
import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie, Told } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew } from '../shared/conclude.ts'
import { indicesOf, someOf, told, unanswered, withTimes } from '../shared/falsify.ts'
import {
  entriesOf,
  isOk,
  isShed,
  type Named,
  nameOf,
  type Performed,
  trafficOf,
} from '../shared/history.ts'
import { faultWindow, isCalm, overlaps, type Window } from '../shared/strikes.ts'

/** Bounds on the latency of refusals; at least one of them. */
export type FastOptions = { readonly during?: string } & (
  | { readonly p50AtMost: Duration; readonly p95AtMost?: Duration }
  | { readonly p50AtMost?: Duration; readonly p95AtMost: Duration }
)

interface Refused {
  readonly operation: Performed
  /** Of a hang: at least so long, and it had not ended. */
  readonly tookMs: number
}

/** The fewest refusals a quantile is taken from. */
const leastRefusals = 5

/**
 * While the faults (or the strike named `during`) are in force, what is not done costs the caller
 * next to nothing: the breaker answers, not a time-out. All that was not ok counts, what hung as
 * well, for so long as it did; what is still in flight when the fault is healed only where it is
 * over a bound by then. Unknown when fewer than 5 requests were refused meanwhile, unless the run
 * had no faults.
 */
export function fastRefusals(workload: Named, options: FastOptions): Checker {
  const { p50AtMost, p95AtMost } = options
  const bounds = [p50AtMost && `p50 ${p50AtMost}`, p95AtMost && `p95 ${p95AtMost}`].filter(Boolean)
  return {
    name: `fast refusals of ${workload.name}: ${bounds.join(', ')} at most`,
    timed: true,
    check: journal => judge(journal, workload, options),
    lies: liesOf(workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: FastOptions): Finding {
  const refused = refusedIn(journal, workload, options)
  const latencies = refused.map(each => each.tookMs)
  const p50Ms = quantile(latencies, 0.5)
  const p95Ms = quantile(latencies, 0.95)
  const slow = exceeds(p50Ms, options.p50AtMost) || exceeds(p95Ms, options.p95AtMost)
  const slowest = refused.at(-1)
  const enough = refused.length >= leastRefusals
  const calm = !enough && isCalm(journal)
  return conclude({
    journal,
    violations: enough && slow && slowest ? [violationOf(slowest)] : [],
    figures: { refused: refused.length, p50Ms, p95Ms },
    unseen: [
      ...(calm ? [] : tooFew('Requests refused during the fault', refused.length, leastRefusals)),
      ...gapsIn(journal),
    ],
    story: calm
      ? `${refused.length} requests were refused in a run without faults.`
      : `${refused.length} refusals: p50 ${p50Ms} ms, p95 ${p95Ms} ms.`,
  })
}

function violationOf({ operation, tookMs }: Refused) {
  const { answer, invokedMs } = operation
  const end =
    answer?.outcome.kind !== 'ok' && answer?.outcome.ended === 'refused' ? 'refused' : 'hung'
  const what = `${nameOf(operation)} was ${end === 'hung' ? 'not answered' : 'refused'} after ${Math.round(tookMs)} ms`
  return { kind: 'slow', what, entries: entriesOf(operation), atMs: answer?.atMs ?? invokedMs }
}

/** All that was not ok, the quickest first. */
function refusedIn(journal: Journal, workload: Named, options: FastOptions): readonly Refused[] {
  const window = faultWindow(journal, options.during)
  if (!window) return []
  const boundMs = Math.max(
    ...[options.p50AtMost, options.p95AtMost].map(one => (one ? toMs(one) : 0)),
  )
  return trafficOf(journal, workload)
    .filter(each => !isOk(each) && !isShed(each) && overlaps(each, window))
    .map(operation => ({ operation, tookMs: tookIn(operation, window) }))
    .filter(({ operation, tookMs }) => isOver(operation, window) || tookMs > boundMs)
    .toSorted((a, b) => a.tookMs - b.tookMs)
}

const isOver = ({ answer }: Performed, { toMs }: Window) =>
  answer !== undefined && answer.atMs < toMs

function tookIn(operation: Performed, window: Window): number {
  const { answer, intendedMs } = operation
  return isOver(operation, window) && answer ? answer.latencyMs : window.toMs - intendedMs
}

function exceeds(valueMs: number, bound: Duration | undefined): boolean {
  return bound !== undefined && valueMs > toMs(bound)
}

/** One slow refusal moves no median: just so many are slow that a bound is exceeded. */
function liesOf(workload: Named, options: FastOptions): readonly Lie[] {
  const { p50AtMost, p95AtMost } = options
  const [share, bound] = p50AtMost
    ? [0.5, toMs(p50AtMost)]
    : [0.05, p95AtMost ? toMs(p95AtMost) : 0]
  const lie = (
    name: string,
    change: (journal: Journal, chosen: readonly Performed[]) => Journal,
  ): Lie => ({
    name,
    found: 'invalid',
    tell: (journal: Journal, random: Random): Told | undefined => {
      const window = faultWindow(journal, options.during)
      const refused = refusedIn(journal, workload, options)
      const early = refused.filter(
        ({ operation, tookMs }) =>
          window && tookMs <= bound && operation.intendedMs + bound + 1 < window.toMs,
      )
      const more =
        Math.floor(share * refused.length) +
        1 -
        refused.filter(({ tookMs }) => tookMs > bound).length
      const chosen = someOf(random, early, more).map(({ operation }) => operation)
      if (refused.length < leastRefusals || chosen.length < more) return undefined
      // The slowest is the witness, and it may have been too slow before.
      const slow = refused.filter(({ tookMs }) => tookMs > bound).map(({ operation }) => operation)
      return told(change(journal, chosen), indicesOf([...chosen, ...slow]))
    },
  })
  return [
    lie('refuses just so many requests too slowly', (journal, chosen) =>
      withTimes(
        journal,
        new Map(
          chosen.flatMap(({ answer }) =>
            answer ? [[answer.index, bound + 1 - answer.latencyMs] as const] : [],
          ),
        ),
      ),
    ),
    lie('answers just so many requests not at all', unanswered),
  ]
}
