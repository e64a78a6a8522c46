import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { indicesOf } from '../shared/falsify.ts'
import { isOk, type Named, type Performed, trafficOf } from '../shared/history.ts'
import { endedBefore, faultWindow, qualityIn } from '../shared/strikes.ts'
import { moreUntilBelow, qualityLies } from './quality-lies.ts'
import { type RecoveryOptions, recoveredWindow } from './recovered-window.ts'

export interface RecoversOptions extends RecoveryOptions {
  /** The share of operations that must be good once it has recovered; default 0.99. */
  readonly share?: number
  /** An ok answer later than this is no good one; default '1s'. */
  readonly answeredWithin?: Duration
  /** Judges each group by itself (one instance, one route), so that none hides behind another. */
  readonly by?: (operation: Performed) => string
}

/** Fewer operations than this show no recovery. */
const leastOperations = 10

/**
 * Well again in time, and for good: once the time allowed since the named strike (or its heal) is
 * over, the given share of operations is ok and quick, until the next strike or the end of the
 * traffic; with `unaided` until the lab heals anything. In each group by itself. Unknown when the
 * strike was never made or healed, when nothing was ok before the first fault, or when fewer than
 * 10 operations ran in the stretch that is judged.
 */
export function recovers(workload: Named, options: RecoversOptions): Checker {
  const how = options.unaided ? ' unaided' : ''
  return {
    name: `${workload.name} recovers from ${options.from}${how} within ${options.within}`,
    timed: true,
    check: journal => judge(journal, workload, options),
    lies: qualityLies(journal => {
      const { groups, toMs: endMs, boundMs } = observe(journal, workload, options)
      const group = groups.toSorted((a, b) => spareOf(a, options) - spareOf(b, options))[0]
      return (
        group && {
          good: group.good,
          bad: group.bad,
          more: spareOf(group, options),
          boundMs,
          toMs: endMs,
        }
      )
    }),
  }
}

interface Group {
  readonly name: string
  readonly good: readonly Performed[]
  readonly bad: readonly Performed[]
}

const shareOf = ({ share = 0.99 }: RecoversOptions) => share

function spareOf({ good, bad }: Group, options: RecoversOptions): number {
  return moreUntilBelow(shareOf(options), good.length, good.length + bad.length)
}

function observe(journal: Journal, workload: Named, options: RecoversOptions) {
  const { by = () => workload.name, answeredWithin = '1s' } = options
  const boundMs = toMs(answeredWithin)
  const window = recoveredWindow(journal, options)
  const firstMs = faultWindow(journal)?.fromMs ?? 0
  const traffic = trafficOf(journal, workload)
  const before = traffic.filter(each => isOk(each) && endedBefore(each, firstMs)).length
  const recovered = window?.recovered ?? { fromMs: 0, toMs: 0 }
  const quality = qualityIn(recovered, boundMs)
  // What began before the time allowed was over may end badly in it.
  const begun = traffic.filter(({ intendedMs }) => intendedMs >= recovered.fromMs)
  const groups = [...Map.groupBy(traffic, by).keys()].map((name): Group => {
    const own = begun.filter(each => by(each) === name)
    const bad = own.filter(each => quality(each) === 'bad')
    return { name, good: own.filter(each => quality(each) === 'good'), bad }
  })
  const since = window && qualityIn({ fromMs: window.fromMs, toMs: recovered.toMs }, boundMs)
  const lastBad = traffic.findLast(each => since?.(each) === 'bad')
  const recoveryMs = Math.max(0, (lastBad?.intendedMs ?? 0) - (window?.fromMs ?? 0))
  return { window, before, groups, toMs: recovered.toMs, boundMs, recoveryMs }
}

function judge(journal: Journal, workload: Named, options: RecoversOptions): Finding {
  const { window, before, groups, recoveryMs } = observe(journal, workload, options)
  const violations = groups.flatMap((group): readonly Violation[] => {
    const all = group.good.length + group.bad.length
    const first = group.bad[0]
    if (all < leastOperations || !first || spareOf(group, options) > 0) return []
    const what = `${group.bad.length} of ${all} operations of ${group.name} were not well after ${options.within}`
    return [{ kind: 'notRecovered', what, entries: indicesOf(group.bad), atMs: first.intendedMs }]
  })
  const least = Math.min(...groups.map(({ good, bad }) => good.length + bad.length))
  const bad = groups.reduce((sum, group) => sum + group.bad.length, 0)
  return conclude({
    journal,
    violations,
    figures: { before, bad, recoveryMs: Math.round(recoveryMs), withinMs: toMs(options.within) },
    unseen: [
      ...(window ? [] : [`Strike ${options.from} was not made, or not healed`]),
      ...tooFew('Ok answers before the fault', before, 1),
      ...(window
        ? tooFew(
            'Operations once the time was over',
            groups.length > 0 ? least : 0,
            leastOperations,
          )
        : []),
      ...gapsIn(journal),
    ],
    story: `The last bad operation came ${Math.round(recoveryMs)} ms after ${options.from}${options.unaided ? '' : ' was healed'} (${options.within} allowed).`,
  })
}
