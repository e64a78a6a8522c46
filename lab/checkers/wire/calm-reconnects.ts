import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew } from '../shared/conclude.ts'
import { oneOf, told, withMore } from '../shared/falsify.ts'
import { isCalm } from '../shared/strikes.ts'
import { busiest, connectsSince } from './connects.ts'
import type { Links, WireEntry } from './wire-events.ts'

export interface ReconnectOptions {
  /** The most connects on any one link within any stretch of this length. */
  readonly atMost: number
  readonly within: Duration
  /** Links to watch; default all. */
  readonly links?: Links
  /** Counts the connects of all these links as one, as their provider sees them; default false. */
  readonly together?: boolean
  /** Leaves out what came sooner than this after the first fault; default '0ms'. */
  readonly after?: Duration
}

/**
 * No reconnect storm: counted at the proxies, once for each attempt and refused ones too, no link sees
 * more than so many connects in any such stretch since the first fault. Unknown when nobody connected
 * since then, unless the run had no faults.
 */
export function calmReconnects(options: ReconnectOptions): Checker {
  return {
    name: `at most ${options.atMost} connects ${options.together ? 'in all' : 'per link'} within ${options.within}`,
    check: journal => judge(journal, options),
    lies: [
      lie('connects once more than allowed in one moment', 'connect', options),
      lie('is refused once more than allowed in one moment', 'refused', options),
    ],
  }
}

function judge(journal: Journal, options: ReconnectOptions): Finding {
  const { atMost, within } = options
  const connects = connectsSince(journal, options)
  const bursts = [...byPlace(connects, options)].map(([place, ofPlace]) => ({
    place,
    entries: busiest(ofPlace, toMs(within)),
  }))
  const links = new Set(connects.map(({ link }) => link)).size
  const most = Math.max(0, ...bursts.map(({ entries }) => entries.length))
  const story =
    connects.length === 0
      ? 'Nobody had to connect again in a run without faults.'
      : `${connects.length} connects on ${links} links, at most ${most} within ${within} ${options.together ? 'in all' : 'on one'}.`
  return conclude({
    journal,
    violations: bursts.flatMap(({ place, entries }) => {
      const last = entries.at(-1)
      if (!last || entries.length <= atMost) return []
      const what = `${entries.length} connects on ${place} within ${within}`
      const indices = entries.toReversed().map(each => each.index)
      return [{ kind: 'storms', what, entries: indices, atMs: last.atMs }]
    }),
    figures: { connects: connects.length, links, most, atMost },
    unseen: [
      ...(isCalm(journal) ? [] : tooFew('Connects since the fault', connects.length, 1)),
      ...gapsIn(journal),
    ],
    story,
  })
}

function byPlace(connects: readonly WireEntry[], { together }: ReconnectOptions) {
  return Map.groupBy(connects, ({ link }) => (together ? 'all links' : link))
}

function lie(name: string, what: 'connect' | 'refused', options: ReconnectOptions): Lie {
  return {
    name,
    found: 'invalid',
    tell: (journal, random) => {
      // After the last one nothing else connects, so the lie ends the storm and is among what is shown.
      const places = byPlace(connectsSince(journal, options), options)
      const lasts = [...places.values()].flatMap(connects => connects.at(-1) ?? [])
      const seed = oneOf(random, lasts)
      if (!seed) return undefined
      const more = Array.from({ length: options.atMost + 1 }, () => ({ ...seed, what }))
      return told(withMore(journal, more), [seed.index])
    },
  }
}
