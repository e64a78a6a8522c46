import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie, Told } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew } from '../shared/conclude.ts'
import { told, withMore, withTimes } from '../shared/falsify.ts'
import { isCalm } from '../shared/strikes.ts'
import { busiest, connectsSince } from './connects.ts'
import { atOf, type Links, type WireEntry } from './wire-events.ts'

export interface SpreadOptions {
  /** The largest share of all connects, from 0 to 1, that may fall in one stretch. */
  readonly atMost: number
  /** The length of such a stretch. */
  readonly within: Duration
  /** Links to watch, whose connects are counted as one, as their provider sees them; default all. */
  readonly links?: Links
  /** Leaves out what came sooner than this after the first fault; default '0ms'. */
  readonly after?: Duration
}

/** Fewer connects than this have no spread to speak of. */
const leastConnects = 20

/**
 * Nobody comes back in step with the others: of all connects since the first fault, refused ones too,
 * at most the given share falls in any stretch of this length. It judges when they come, not how
 * many there are (see `calmReconnects`). Unknown when there were fewer than 20, unless the run had no
 * faults.
 */
export function spreadConnects(options: SpreadOptions): Checker {
  return {
    name: `at most ${options.atMost} of all connects within ${options.within}`,
    check: journal => judge(journal, options),
    lies: [
      lie('adds just too many connects in one moment', options, (journal, connects, last) => {
        const { atMost } = options
        const more = Math.floor((atMost * connects.length) / (1 - atMost)) + 1
        const added = Array.from({ length: more }, () => last)
        return told(withMore(journal, added), [last.index])
      }),
      lie('brings just too many connects together', options, (journal, connects, last) => {
        const moved = connects.slice(-Math.floor(options.atMost * connects.length) - 1)
        const times = moved.map(each => [each.index, atOf(last) - atOf(each)] as const)
        return told(
          withTimes(journal, new Map(times)),
          moved.map(({ index }) => index),
        )
      }),
    ],
  }
}

function judge(journal: Journal, options: SpreadOptions): Finding {
  const { atMost, within } = options
  const connects = connectsSince(journal, options)
  const entries = busiest(connects, toMs(within))
  const last = entries.at(-1)
  const enough = connects.length >= leastConnects
  const tooMany = enough && last && entries.length > atMost * connects.length
  const share = connects.length === 0 ? 0 : entries.length / connects.length
  const said = `${entries.length} of ${connects.length} connects came within ${within}`
  const indices = entries.toReversed().map(({ index }) => index)
  return conclude({
    journal,
    violations: tooMany ? [{ kind: 'inStep', what: said, entries: indices, atMs: last.atMs }] : [],
    figures: { connects: connects.length, share: Math.round(100 * share) / 100 },
    unseen: [
      ...(isCalm(journal)
        ? []
        : tooFew('Connects since the fault', connects.length, leastConnects)),
      ...gapsIn(journal),
    ],
    story: enough
      ? `${said} at most.`
      : 'Hardly anybody had to connect again in a run without faults.',
  })
}

function lie(
  name: string,
  options: SpreadOptions,
  change: (journal: Journal, connects: readonly WireEntry[], last: WireEntry) => Told | undefined,
): Lie {
  return {
    name,
    found: 'invalid',
    tell: journal => {
      const connects = connectsSince(journal, options)
      const last = connects.at(-1)
      if (connects.length < leastConnects || !last) return undefined
      return change(journal, connects, last)
    },
  }
}
