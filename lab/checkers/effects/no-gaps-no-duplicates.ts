import { isDeepStrictEqual } from 'node:util'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { indicesOf } from '../shared/falsify.ts'
import type { Named } from '../shared/history.ts'
import { channelLies } from './channel-lies.ts'
import {
  type ChannelOptions,
  isConfirmed,
  type Seen,
  type Send,
  sendsOf,
  type View,
  viewsOf,
} from './channel-views.ts'

type Sends = ReadonlyMap<string, Send>

/**
 * Each subscriber sees every confirmed message of its channel exactly once, unaltered and in order
 * of `seq`, by the end of the run; so does it see each message that another subscriber saw, and all
 * give a message the same `seq`. Subscriptions are `observed` events `subscribed {channel}`, frames
 * are `frame {channel, seq, id, content?}`. A frame of a channel the client did not subscribe to is
 * a leak, one in another channel than it was sent to is misrouted, one that nobody sent is a
 * phantom (where ids are made by the service, a send that got no answer would look like one: let
 * the client make them). Content is compared where both sides tell it. Unknown when nothing was
 * confirmed or seen, when an event could not be read or a confirmed message has no id or channel,
 * or when the run was cut short before its final reads.
 */
export function noGapsNoDuplicates(workload: Named, options: ChannelOptions = {}): Checker {
  return {
    name: `no gaps and no duplicates in ${workload.name}`,
    check: journal => judge(journal, workload, options),
    lies: channelLies(workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: ChannelOptions): Finding {
  const { views, unparsed } = viewsOf(journal, workload, options)
  const { sends, unnamed } = sendsOf(journal, workload, options)
  const settled = journal.some(each => each.kind === 'phase' && each.phase === 'final-reads')
  const seen = views.flatMap(view => view.seen)
  const owed = owedMessages(seen, sends)
  const violations = [
    ...views.flatMap(view => (view.since === undefined ? leaks(view) : [])),
    ...views.flatMap(view => [...duplicates(view), ...reorderings(view)]),
    ...(settled ? views.flatMap(view => missing(view, view.since, owed)) : []),
    ...disagreements(seen),
    ...seen.flatMap(each => againstSend(each, sends)),
  ]
  const confirmed = [...sends.values()].filter(isConfirmed)
  const unplaced = confirmed.filter(each => each.channel === undefined).length + unnamed
  const subscriptions = views.filter(view => view.since !== undefined).length
  const compared = seen.filter(each => isComparable(each, sends)).length
  const figures = { confirmed: confirmed.length, frames: seen.length, subscriptions, compared }
  const unseen = [
    ...(settled ? [] : ['The run was cut short: what is missing may still have been on its way']),
    ...tooFew('Confirmed messages', confirmed.length, 1),
    ...tooFew('Frames that were seen', seen.length, 1),
    ...tooFew('Subscriptions', subscriptions, 1),
    ...(unparsed > 0 ? [`${unparsed} frames or subscriptions could not be read`] : []),
    ...(unplaced > 0 ? [`${unplaced} confirmed messages have no id or no channel`] : []),
    ...gapsIn(journal),
  ]
  const story =
    `Each of ${confirmed.length} confirmed messages reached every subscriber of its channel ` +
    `once and in order (${seen.length} frames, ${subscriptions} subscriptions; ` +
    `the content of ${compared} was compared).`
  return conclude({ journal, violations, figures, unseen, story })
}

interface Owed {
  readonly id: string
  readonly channel: string
  /** Journal index from which on every subscriber has a right to it. */
  readonly from: number
  readonly entries: readonly number[]
  readonly atMs: number
}

/** Confirmed messages, and those that any subscriber of the channel saw. */
function owedMessages(seen: readonly Seen[], sends: Sends): ReadonlyMap<string, readonly Owed[]> {
  const shown = new Map(seen.map(each => [each.frame.id, each]))
  const owed = [...sends.values()].flatMap((send): readonly Owed[] => {
    const { id, attempts } = send
    const first = attempts[0]
    const sight = shown.get(id)
    const channel = send.channel ?? sight?.frame.channel
    if (!first || channel === undefined || !(isConfirmed(send) || sight)) return []
    const entries = [...indicesOf(attempts), ...(sight ? [sight.entry.index] : [])]
    return [{ id, channel, from: first.invokeIndex, entries, atMs: first.invokedMs }]
  })
  return Map.groupBy(owed, each => each.channel)
}

function missing(
  view: View,
  since: number | undefined,
  owed: ReadonlyMap<string, readonly Owed[]>,
): readonly Violation[] {
  if (since === undefined) return []
  const seen = new Set(view.seen.map(each => each.frame.id))
  return (owed.get(view.channel) ?? [])
    .filter(each => each.from > since && !seen.has(each.id))
    .map(({ id, entries, atMs }) => {
      const what = `client ${view.client} never saw message ${id} of ${view.channel}`
      return { kind: 'missing', what, entries, atMs }
    })
}

function duplicates({ client, channel, seen }: View): readonly Violation[] {
  return [...Map.groupBy(seen, each => each.frame.id)].flatMap(([id, times]) => {
    const second = times[1]
    if (!second) return []
    const what = `client ${client} saw message ${id} of ${channel} ${times.length} times`
    const entries = times.map(each => each.entry.index)
    return [{ kind: 'duplicated', what, entries, atMs: second.entry.atMs }]
  })
}

/** A repeated message is a duplicate, not a reordering: only new ids are compared. */
function reorderings({ client, channel, seen }: View): readonly Violation[] {
  const ids = new Set<string>()
  const violations: Violation[] = []
  let last = seen[0]
  for (const each of seen) {
    if (ids.has(each.frame.id)) continue
    ids.add(each.frame.id)
    if (last && each.frame.seq < last.frame.seq) {
      const what = `client ${client} saw ${each.frame.seq} after ${last.frame.seq} in ${channel}`
      const entries = [last.entry.index, each.entry.index]
      violations.push({ kind: 'reordered', what, entries, atMs: each.entry.atMs })
    }
    last = each
  }
  return violations
}

function leaks({ client, channel, seen }: View): readonly Violation[] {
  const first = seen[0]
  if (!first) return []
  const what = `client ${client} saw ${seen.length} frames of ${channel} without a subscription`
  return [{ kind: 'leaked', what, entries: [first.entry.index], atMs: first.entry.atMs }]
}

/**
 * One message with two places in the order, or two messages with one: someone saw them otherwise.
 */
function disagreements(seen: readonly Seen[]): readonly Violation[] {
  return [
    ...unlike(
      seen,
      ({ id }) => id,
      ({ seq }) => `${seq}`,
      'places in the order',
    ),
    ...unlike(
      seen,
      ({ seq }) => `place ${seq}`,
      ({ id }) => id,
      'messages',
    ),
  ]
}

function unlike(
  seen: readonly Seen[],
  of: (frame: Seen['frame']) => string,
  value: (frame: Seen['frame']) => string,
  things: string,
): readonly Violation[] {
  const groups = Map.groupBy(seen, ({ frame }) => JSON.stringify([frame.channel, of(frame)]))
  return [...groups.values()].flatMap(group => {
    const [first] = group
    const other = group.find(each => first && value(each.frame) !== value(first.frame))
    if (!first || !other) return []
    const [one, two] = [value(first.frame), value(other.frame)]
    const what = `${of(first.frame)} of ${first.frame.channel} has two ${things}: ${one}, ${two}`
    const entries = [first.entry.index, other.entry.index]
    return [{ kind: 'disagreed', what, entries, atMs: other.entry.atMs }]
  })
}

/** What was seen, held against what was sent: each first sight, for the others saw the same. */
function againstSend({ frame, entry }: Seen, sends: Sends): readonly Violation[] {
  const send = sends.get(frame.id)
  if (sends.size === 0) return []
  const of = `message ${frame.id} of ${frame.channel}`
  const violation = (kind: string, what: string) => {
    const entries = [entry.index, ...indicesOf(send?.attempts ?? [])]
    return { kind, what: `${of} ${what}`, entries, atMs: entry.atMs }
  }
  if (!send) return [violation('phantom', 'was seen, and nobody sent it')]
  const { channel, content, attempts } = send
  const refused = attempts.every(({ answer }) => answer?.outcome.kind === 'fail')
  const known = content !== undefined && frame.content !== undefined
  return [
    ...(refused ? [violation('refusedYetSeen', 'was refused and delivered all the same')] : []),
    ...(channel !== undefined && channel !== frame.channel
      ? [violation('misrouted', `was sent to ${channel}`)]
      : []),
    ...(known && !isDeepStrictEqual(content, frame.content)
      ? [violation('altered', 'has another content than was sent')]
      : []),
  ]
}

function isComparable({ frame }: Seen, sends: Sends): boolean {
  return frame.content !== undefined && sends.get(frame.id)?.content !== undefined
}
