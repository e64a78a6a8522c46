import { quantile } from '../../base/quantile.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew } from '../shared/conclude.ts'
import { indicesOf, someOf, told, withTimes } from '../shared/falsify.ts'
import { isShed, type Named, type Performed, trafficOf } from '../shared/history.ts'
import { faultWindow, overlaps, qualityIn, type Window } from '../shared/strikes.ts'
import { moreUntilBelow, qualityLies } from './quality-lies.ts'

export interface BystanderOptions {
  /** The strike meanwhile, by its name; default all of them. */
  readonly during?: string
  /** How much higher the share of errors may be than in its own calm; default 0.01. */
  readonly moreErrors?: number
  /** How many times its own calm p99 the p99 may be; default 2. */
  readonly p99Factor?: number
  /** So much is always allowed for the p99, in ms; default 50. */
  readonly p99SlackMs?: number
  /** An operation that takes longer is an error, in ms; default 5000. */
  readonly boundMs?: number
}

/** Fewer operations than this, in the calm or meanwhile, show nothing. */
const leastOperations = 20

/**
 * Traffic that does not need what is hurt is not hurt: while the strike is in force its share of
 * errors and its p99 are those of its own calm before the first fault, but for what is allowed.
 * Unknown when fewer than 20 operations ran in the calm or meanwhile.
 */
export function bystandersUnharmed(workload: Named, options: BystanderOptions = {}): Checker {
  return {
    name: `bystanders ${workload.name} are not harmed`,
    timed: true,
    check: journal => judge(journal, workload, options),
    lies: [
      ...qualityLies(journal => sharesOf(journal, workload, options)),
      slower(workload, options),
    ],
  }
}

function observe(journal: Journal, workload: Named, options: BystanderOptions) {
  const window = faultWindow(journal, options.during)
  const firstMs = faultWindow(journal)?.fromMs ?? 0
  const { boundMs = 5_000, moreErrors = 0.01, p99Factor = 2, p99SlackMs = 50 } = options
  const traffic = trafficOf(journal, workload).filter(each => !isShed(each))
  const calm = sideOf(traffic, { fromMs: 0, toMs: firstMs }, boundMs)
  const meanwhile = sideOf(traffic, window ?? { fromMs: 0, toMs: 0 }, boundMs)
  const errorsAtMost = (calm.all > 0 ? calm.bad.length / calm.all : 0) + moreErrors
  const p99AtMostMs = Math.max(calm.p99Ms * p99Factor, calm.p99Ms + p99SlackMs)
  return { window, calm, meanwhile, errorsAtMost, p99AtMostMs, boundMs }
}

function sideOf(traffic: readonly Performed[], window: Window, boundMs: number) {
  const quality = qualityIn(window, boundMs)
  const own = traffic.filter(each => overlaps(each, window))
  const good = own.filter(each => quality(each) === 'good')
  const bad = own.filter(each => quality(each) === 'bad')
  const slowest = [...good, ...bad]
    .flatMap(({ answer }) => answer?.latencyMs ?? boundMs)
    .toSorted((a, b) => a - b)
  return { good, bad, all: good.length + bad.length, p99Ms: quantile(slowest, 0.99) }
}

function judge(journal: Journal, workload: Named, options: BystanderOptions): Finding {
  const { window, calm, meanwhile, errorsAtMost, p99AtMostMs } = observe(journal, workload, options)
  const enough = calm.all >= leastOperations && meanwhile.all >= leastOperations
  const { bad, all, good, p99Ms } = meanwhile
  const errors = all > 0 ? bad.length / all : 0
  const slow = good.filter(({ answer }) => (answer?.latencyMs ?? 0) > p99AtMostMs)
  const firstBad = bad[0]
  const firstSlow = slow[0] ?? firstBad
  const percent = (share: number) => `${Math.round(1000 * share) / 10} %`
  return conclude({
    journal,
    violations: [
      ...(enough && firstBad && errors > errorsAtMost
        ? [
            {
              kind: 'moreErrors',
              what: `${percent(errors)} of ${workload.name} failed, ${percent(errorsAtMost)} allowed`,
              entries: indicesOf(bad),
              atMs: firstBad.answer?.atMs ?? firstBad.invokedMs,
            },
          ]
        : []),
      ...(enough && firstSlow && p99Ms > p99AtMostMs
        ? [
            {
              kind: 'slower',
              what: `p99 of ${workload.name} was ${p99Ms} ms, ${p99AtMostMs} allowed`,
              entries: indicesOf([...slow, ...bad]),
              atMs: firstSlow.answer?.atMs ?? firstSlow.invokedMs,
            },
          ]
        : []),
    ],
    figures: {
      ...{ calm: calm.all, meanwhile: all, failed: bad.length },
      ...{ calmP99Ms: calm.p99Ms, p99Ms, p99AtMostMs },
    },
    unseen: [
      ...(window ? [] : ['The strike was not made']),
      ...tooFew('Operations before the fault', calm.all, leastOperations),
      ...tooFew('Operations during the fault', all, leastOperations),
      ...gapsIn(journal),
    ],
    story: `${bad.length} of ${all} failed meanwhile; p99 ${p99Ms} ms (${calm.p99Ms} ms in its calm).`,
  })
}

function sharesOf(journal: Journal, workload: Named, options: BystanderOptions) {
  const { window, calm, meanwhile, errorsAtMost, boundMs } = observe(journal, workload, options)
  if (!window || calm.all < leastOperations || meanwhile.all < leastOperations) return undefined
  const more = moreUntilBelow(1 - errorsAtMost, meanwhile.good.length, meanwhile.all)
  return { good: meanwhile.good, bad: meanwhile.bad, more, boundMs, toMs: window.toMs }
}

function slower(workload: Named, options: BystanderOptions): Lie {
  return {
    name: 'answers just more than one in a hundred too slowly for the p99',
    found: 'invalid',
    tell: (journal, random) => {
      const { window, meanwhile, p99AtMostMs } = observe(journal, workload, options)
      const early = meanwhile.good.filter(
        each => window && each.intendedMs + p99AtMostMs + 1 < window.toMs,
      )
      const chosen = someOf(random, early, Math.floor(meanwhile.all / 100) + 1)
      const times = chosen.flatMap(({ answer }) =>
        answer ? [[answer.index, Math.max(0, p99AtMostMs + 1 - answer.latencyMs)] as const] : [],
      )
      return told(withTimes(journal, new Map(times)), indicesOf(chosen))
    },
  }
}
