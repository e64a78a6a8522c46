import { isDeepStrictEqual } from 'node:util'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Told } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { indicesOf } from '../shared/falsify.ts'
import { type Named, ofKind } from '../shared/history.ts'
import { partsAround } from '../shared/parts-around.ts'
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
    partsOf: (journal, told) => partsOf(journal, told, workload, options),
    lies: channelLies(workload, options),
  }
}

/** All that was subscribed, seen and sent in the channels a lie is about. */
function partsOf(journal: Journal, told: Told, workload: Named, options: ChannelOptions) {
  const touched = new Set(told.touched)
  const { views } = viewsOf(journal, workload, options)
  const sends = [...sendsOf(journal, workload, options).sends.values()]
  const isSent = ({ attempts }: Send) => indicesOf(attempts).some(index => touched.has(index))
  const isSeen = ({ seen }: View) => seen.some(({ entry }) => touched.has(entry.index))
  const channels = new Set([...sends.filter(isSent), ...views.filter(isSeen)].map(channelOf))
  const own = views.filter(({ channel }) => channels.has(channel))
  const seen = own.flatMap(view => view.seen)
  const ids = new Set(seen.map(({ frame }) => frame.id))
  const ofThem = sends.filter(({ id, channel }) => ids.has(id) || channels.has(channel))
  const indices = [
    ...own.flatMap(({ since }) => since ?? []),
    ...seen.map(({ entry }) => entry.index),
    ...indicesOf(ofThem.flatMap(({ attempts }) => attempts)),
  ]
  return partsAround(journal, told, new Set(indices))
}

const channelOf = ({ channel }: { readonly channel?: string | undefined }) => channel

function judge(journal: Journal, workload: Named, options: ChannelOptions): Finding {
  const { views, unparsed } = viewsOf(journal, workload, options)
  const { sends, unnamed } = sendsOf(journal, workload, options)
  const settled = ofKind(journal, 'phase').some(({ phase }) => phase === 'final-reads')
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
  if (new Set(seen.map(({ frame }) => frame.id)).size === seen.length) return []
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
  const channels = [...Map.groupBy(seen, ({ frame }) => frame.channel).values()]
  return [
    ...channels.flatMap(ofChannel =>
      unlike(
        ofChannel,
        ({ id }) => id,
        ({ seq }) => seq,
        ({ id }) => [id, 'places in the order'],
      ),
    ),
    ...channels.flatMap(ofChannel =>
      unlike(
        ofChannel,
        ({ seq }) => seq,
        ({ id }) => id,
        ({ seq }) => [`place ${seq}`, 'messages'],
      ),
    ),
  ]
}

/** Of each thing in a channel, the first that was seen with another value than before. */
function unlike(
  seen: readonly Seen[],
  of: (frame: Seen['frame']) => unknown,
  value: (frame: Seen['frame']) => unknown,
  named: (frame: Seen['frame']) => readonly [thing: string, values: string],
): readonly Violation[] {
  const firsts = new Map<unknown, Seen>()
  const others = new Map<unknown, { readonly first: Seen; readonly other: Seen }>()
  for (const other of seen) {
    const thing = of(other.frame)
    const first = firsts.get(thing)
    if (!first) firsts.set(thing, other)
    else if (value(other.frame) !== value(first.frame) && !others.has(thing)) {
      others.set(thing, { first, other })
    }
  }
  return [...others.values()].map(({ first, other }) => {
    const [thing, values] = named(first.frame)
    const [one, two] = [value(first.frame), value(other.frame)]
    const what = `${thing} of ${first.frame.channel} has two ${values}: ${one}, ${two}`
    const entries = [first.entry.index, other.entry.index]
    return { kind: 'disagreed', what, entries, atMs: other.entry.atMs }
  })
}

/** What was seen, held against what was sent. */
function againstSend(seen: Seen, sends: Sends): readonly Violation[] {
  const send = sends.get(seen.frame.id)
  if (sends.size === 0 || (send && isAsSent(seen, send))) return []
  const { frame, entry } = seen
  const entries = [entry.index, ...indicesOf(send?.attempts ?? [])]
  const violation = (kind: string, what: string) => {
    return {
      ...{ kind, entries, atMs: entry.atMs },
      what: `message ${frame.id} of ${frame.channel} ${what}`,
    }
  }
  if (!send) return [violation('phantom', 'was seen, and nobody sent it')]
  return [
    ...(isRefused(send)
      ? [violation('refusedYetSeen', 'was refused and delivered all the same')]
      : []),
    ...(isMisrouted(seen, send) ? [violation('misrouted', `was sent to ${send.channel}`)] : []),
    ...(isAltered(seen, send) ? [violation('altered', 'has another content than was sent')] : []),
  ]
}

function isAsSent(seen: Seen, send: Send): boolean {
  return !isRefused(send) && !isMisrouted(seen, send) && !isAltered(seen, send)
}

function isRefused({ attempts }: Send): boolean {
  return attempts.every(({ answer }) => answer?.outcome.kind === 'fail')
}

function isMisrouted({ frame }: Seen, { channel }: Send): boolean {
  return channel !== undefined && channel !== frame.channel
}

function isAltered({ frame }: Seen, { content }: Send): boolean {
  const areKnown = content !== undefined && frame.content !== undefined
  return areKnown && content !== frame.content && !isDeepStrictEqual(content, frame.content)
}

function isComparable({ frame }: Seen, sends: Sends): boolean {
  return frame.content !== undefined && sends.get(frame.id)?.content !== undefined
}
