import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { indicesOf } from '../shared/falsify.ts'
import { type Named, type Performed, trafficOf } from '../shared/history.ts'
import { faultWindow, isCalm, qualityIn } from '../shared/strikes.ts'
import { moreUntilBelow, qualityLies } from './quality-lies.ts'

export interface GoodputOptions {
  /** The share of operations that must go well, from 0 to 1. */
  readonly atLeast: number
  /** The strike meanwhile, by its name; default all of them. */
  readonly during?: string
  /**
   * Holds in each stretch of this length, too, so that a short outage does not drown in the mean.
   */
  readonly inEvery?: Duration
  /** An ok answer later than this is no good one; default '1s'. */
  readonly answeredWithin?: Duration
}

/** Fewer operations than this have no share to speak of. */
const leastOperations = 10

/**
 * A partial outage stays partial: while the strike is in force, at least this share of operations
 * is ok and quick. What was in flight when it struck counts. Unknown when the strike was never
 * made, or when fewer than 10 operations ran meanwhile.
 */
export function goodput(workload: Named, options: GoodputOptions): Checker {
  const during = options.during === undefined ? 'the faults' : options.during
  return {
    name: `goodput of ${workload.name} during ${during}: at least ${options.atLeast}`,
    timed: true,
    check: journal => judge(journal, workload, options),
    lies: qualityLies(journal => {
      const { whole, boundMs, window } = observe(journal, workload, options)
      if (!window || whole.all < leastOperations) return undefined
      const more = moreUntilBelow(options.atLeast, whole.good.length, whole.all)
      return { good: whole.good, bad: whole.bad, more, boundMs, toMs: window.toMs }
    }),
  }
}

interface Slice {
  readonly name: string
  readonly good: readonly Performed[]
  readonly bad: readonly Performed[]
  readonly all: number
}

function observe(journal: Journal, workload: Named, options: GoodputOptions) {
  const boundMs = toMs(options.answeredWithin ?? '1s')
  const window = faultWindow(journal, options.during)
  const quality = window ? qualityIn(window, boundMs) : () => undefined
  const judged = trafficOf(journal, workload).filter(each => quality(each) !== undefined)
  const whole = sliceOf('all', judged, quality)
  if (!window || options.inEvery === undefined) return { whole, slices: [], boundMs, window }
  const everyMs = toMs(options.inEvery)
  const groups = Map.groupBy(judged, each =>
    Math.max(0, Math.floor((each.intendedMs - window.fromMs) / everyMs)),
  )
  const slices = [...groups].map(([n, own]) => sliceOf(`${n * everyMs} ms on`, own, quality))
  return { whole, slices, boundMs, window }
}

function sliceOf(
  name: string,
  judged: readonly Performed[],
  quality: (operation: Performed) => 'good' | 'bad' | undefined,
): Slice {
  const good = judged.filter(each => quality(each) === 'good')
  return { name, good, bad: judged.filter(each => quality(each) === 'bad'), all: judged.length }
}

function judge(journal: Journal, workload: Named, options: GoodputOptions): Finding {
  const { whole, slices, window } = observe(journal, workload, options)
  const { atLeast, during } = options
  const violations = [whole, ...slices].flatMap(
    ({ name, good, bad, all }): readonly Violation[] => {
      const first = bad[0]
      if (all < leastOperations || !first || good.length >= Math.ceil(atLeast * all)) return []
      const what = `${good.length} of ${all} operations went well (${name}), at least ${atLeast} of them should`
      // One that was in flight when the fault struck went badly by its end.
      const atMs = first.answer?.atMs ?? Math.max(first.invokedMs, window?.fromMs ?? 0)
      return [{ kind: 'tooFewGood', what, entries: indicesOf(bad), atMs }]
    },
  )
  const share = whole.all > 0 ? Math.round((1000 * whole.good.length) / whole.all) / 1000 : 0
  const thin = slices.filter(({ all }) => all < leastOperations).length
  return conclude({
    journal,
    violations,
    figures: { operations: whole.all, good: whole.good.length, share, atLeast },
    unseen: [
      ...(window ? [] : [`Strike ${during ?? 'of any name'} was not made`]),
      ...(isCalm(journal) ? [] : tooFew('Operations during the fault', whole.all, leastOperations)),
      ...(thin > slices.length / 2 ? ['Most stretches have too few operations to judge'] : []),
      ...gapsIn(journal),
    ],
    story: `${whole.good.length} of ${whole.all} operations went well meanwhile (at least ${atLeast}).`,
  })
}
