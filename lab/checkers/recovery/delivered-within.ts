import { type Duration, toMs } from '../../base/duration.ts'
import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie, Told } from '../../model/checker.ts'
import { type ChannelOptions, isConfirmed, sendsOf, viewsOf } from '../effects/channel-views.ts'
import { conclude, gapsIn, tooFew } from '../shared/conclude.ts'
import { indicesOf, someOf, told, without, withTimes } from '../shared/falsify.ts'
import type { Named } from '../shared/history.ts'
import { isWithin } from '../shared/strikes.ts'
import { moreUntilBelow } from './quality-lies.ts'
import { type RecoveryOptions, recoveredWindow } from './recovered-window.ts'

export interface DeliveryOptions extends RecoveryOptions, ChannelOptions {
  /** From the sending of a message to each subscriber's frame. */
  readonly atMost: Duration
  /** The share of deliveries that must keep it; default 0.99. */
  readonly share?: number
}

interface Delivery {
  readonly what: string
  readonly sentMs: number
  /** Undefined: it never came. */
  readonly tookMs: number | undefined
  readonly frame: number | undefined
  readonly entries: readonly number[]
}

/** Fewer deliveries than this show nothing. */
const leastDeliveries = 10

/**
 * Messages arrive in time again: of the confirmed ones sent once the time allowed since the named
 * strike (or its heal) is over, the given share reaches each subscriber of its channel within
 * `atMost`; with `unaided` before the lab heals anything. What is still on its way, and not late
 * yet, when that stretch ends is not judged. Unknown when the strike was never made or healed, or
 * when fewer than 10 deliveries were due.
 */
export function deliveredWithin(workload: Named, options: DeliveryOptions): Checker {
  return {
    name: `${workload.name} is delivered within ${options.atMost} again after ${options.from}`,
    timed: true,
    check: journal => judge(journal, workload, options),
    lies: liesOf(workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: DeliveryOptions): Finding {
  const { window, due, unparsed } = observe(journal, workload, options)
  const late = due.filter(each => isLate(each, options))
  const [first] = late
  const tooMany = due.length >= leastDeliveries && due.length - late.length < need(due, options)
  const slowestMs = due.reduce((most, { tookMs = 0 }) => Math.max(most, tookMs), 0)
  return conclude({
    journal,
    violations:
      tooMany && first
        ? [
            {
              kind: 'late',
              what: `${late.length} of ${due.length} deliveries were late, such as ${first.what}`,
              entries: late.flatMap(each => each.entries),
              atMs: first.sentMs,
            },
          ]
        : [],
    figures: { due: due.length, late: late.length, slowestMs: Math.round(slowestMs) },
    unseen: [
      ...(window ? [] : [`Strike ${options.from} was not made, or not healed`]),
      ...tooFew('Deliveries that were due', due.length, leastDeliveries),
      ...(unparsed > 0 ? [`${unparsed} frames or subscriptions could not be read`] : []),
      ...gapsIn(journal),
    ],
    story: `${due.length - late.length} of ${due.length} deliveries took at most ${options.atMost}.`,
  })
}

const need = (due: readonly Delivery[], { share = 0.99 }: DeliveryOptions) =>
  Math.ceil(share * due.length)

function isLate({ tookMs }: Delivery, { atMost }: DeliveryOptions): boolean {
  return tookMs === undefined || tookMs > toMs(atMost)
}

function observe(journal: Journal, workload: Named, options: DeliveryOptions) {
  const window = recoveredWindow(journal, options)?.recovered
  const { views: all, unparsed } = viewsOf(journal, workload, options)
  const views = all.map(view => ({
    ...view,
    entryOf: new Map(view.seen.map(({ frame, entry }) => [frame.id, entry])),
  }))
  const { sends } = sendsOf(journal, workload, options)
  const due = [...sends.values()].filter(isConfirmed).flatMap((send): readonly Delivery[] => {
    const first = send.attempts[0]
    if (!first || !window || !isWithin(window, first.intendedMs)) return []
    const subscribers = views.filter(
      ({ channel, since }) =>
        channel === send.channel && since !== undefined && since < first.invokeIndex,
    )
    return subscribers.flatMap(({ client, entryOf }): readonly Delivery[] => {
      const entry = entryOf.get(send.id)
      const tookMs = entry && entry.atMs - first.intendedMs
      const open = window.toMs - first.intendedMs <= toMs(options.atMost)
      if (open && (tookMs === undefined || tookMs > toMs(options.atMost))) return []
      const what = `${send.id} to client ${client}`
      const entries = [...indicesOf(send.attempts), ...(entry ? [entry.index] : [])]
      return [{ what, sentMs: first.intendedMs, tookMs, frame: entry?.index, entries }]
    })
  })
  return { window, due, unparsed }
}

function liesOf(workload: Named, options: DeliveryOptions): readonly Lie[] {
  const atMostMs = toMs(options.atMost)
  const lie = (
    name: string,
    change: (journal: Journal, chosen: readonly (Delivery & { frame: number })[]) => Journal,
  ): Lie => ({
    name,
    found: 'invalid',
    tell: (journal: Journal, random: Random): Told | undefined => {
      const { window, due } = observe(journal, workload, options)
      const good = due.filter(each => !isLate(each, options))
      const movable = good.flatMap(each =>
        each.frame !== undefined && window && each.sentMs + atMostMs + 1 < window.toMs
          ? [{ ...each, frame: each.frame }]
          : [],
      )
      const more = moreUntilBelow(options.share ?? 0.99, good.length, due.length)
      const chosen = someOf(random, movable, more)
      if (due.length < leastDeliveries || chosen.length < more) return undefined
      return told(
        change(journal, chosen),
        chosen.flatMap(({ entries }) => entries),
      )
    },
  })
  return [
    lie('delivers just too many frames too late', (journal, chosen) =>
      withTimes(
        journal,
        new Map(chosen.map(({ frame, tookMs = 0 }) => [frame, atMostMs + 1 - tookMs])),
      ),
    ),
    lie('never delivers just too many frames', (journal, chosen) =>
      without(
        journal,
        chosen.map(({ frame }) => frame),
      ),
    ),
  ]
}
