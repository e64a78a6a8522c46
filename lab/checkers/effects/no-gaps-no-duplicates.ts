import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Witness } from '../../model/checker.ts'
import { clearest, entriesOf, type Named } from '../shared/history.ts'
import { type ChannelOptions, type Send, sendsOf, type View, viewsOf } from './channel-views.ts'

const sins = ['missing', 'duplicated', 'reordered', 'leaked', 'refusedYetSeen', 'phantom'] as const
type Sin = (typeof sins)[number]

interface Offence extends Witness {
  readonly sin: Sin
}

/**
 * Each subscriber sees every confirmed message of its channel exactly once and in order of `seq`,
 * by the end of the run; so does it see each message that another subscriber saw. Subscriptions are
 * `observed` events `subscribed {channel}`, frames are `frame {channel, seq, id}`. A frame of a
 * channel the client did not subscribe to is a leak, one that nobody sent is a phantom (where ids
 * are made by the service, a send that got no answer would look like one: let the client make
 * them). Unknown when nothing was confirmed or seen, or when the run
 * was cut short before its final reads.
 */
export function noGapsNoDuplicates(workload: Named, options: ChannelOptions = {}): Checker {
  return {
    name: `no gaps and no duplicates in ${workload.name}`,
    check: journal => judge(journal, workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: ChannelOptions): Finding {
  const views = viewsOf(journal, workload, options)
  const sends = sendsOf(journal, workload, options)
  const owed = owedMessages(views, sends)
  const settled = journal.some(each => each.kind === 'phase' && each.phase === 'final-reads')
  const offences = [
    ...views.flatMap(view => (view.since === undefined ? leaks(view) : [])),
    ...views.flatMap(view => [...duplicates(view), ...reorderings(view)]),
    ...(settled ? views.flatMap(view => missing(view, view.since, owed)) : []),
    ...refusedYetSeen(views, sends),
    ...phantoms(views, sends),
  ]
  const subscribers = views.filter(view => view.since !== undefined)
  const count = (sin: Sin) => offences.filter(each => each.sin === sin).length
  const figures = {
    confirmed: [...sends.values()].filter(isAcked).length,
    frames: views.reduce((sum, view) => sum + view.seen.length, 0),
    subscriptions: subscribers.length,
    ...Object.fromEntries(sins.map(sin => [sin, count(sin)])),
  }
  const first = clearest(journal, offences)
  if (first) {
    const { what, entries, atMs } = first
    const counted = sins.filter(sin => count(sin) > 0).map(sin => `${count(sin)} ${sin}`)
    const story =
      `Of ${figures.frames} frames seen by ${subscribers.length} subscriptions: ` +
      `${counted.join(', ')}.`
    return { word: 'invalid', story, figures, witness: { what, entries, atMs } }
  }
  if (!settled) {
    const story = 'The run was cut short: what is missing may still have been on its way.'
    return { word: 'unknown', story, figures }
  }
  if (figures.confirmed === 0 || figures.frames === 0 || subscribers.length === 0) {
    const story = 'No confirmed message, no frame or no subscription: nothing was examined.'
    return { word: 'unknown', story, figures }
  }
  const story =
    `Each of ${figures.confirmed} confirmed messages reached every subscriber of its channel ` +
    `once and in order (${figures.frames} frames, ${subscribers.length} subscriptions).`
  return { word: 'valid', story, figures }
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
function owedMessages(views: readonly View[], sends: ReadonlyMap<string, Send>) {
  const owed = new Map<string, Owed>()
  for (const send of sends.values()) {
    if (!isAcked(send)) continue
    const { channel, id, performed } = send
    if (channel === undefined) continue
    const { invokeIndex: from, invokedMs: atMs } = performed
    owed.set(id, { channel, id, from, atMs, entries: entriesOf(performed) })
  }
  for (const { frame, entry } of views.flatMap(view => view.seen)) {
    if (owed.has(frame.id)) continue
    const send = sends.get(frame.id)
    if (!send) continue
    const { invokeIndex: from, invokedMs: atMs } = send.performed
    owed.set(frame.id, {
      id: frame.id,
      channel: frame.channel,
      from,
      atMs,
      entries: [from, entry.index],
    })
  }
  return Map.groupBy(owed.values(), each => each.channel)
}

function missing(
  view: View,
  since: number | undefined,
  owed: ReadonlyMap<string, readonly Owed[]>,
): readonly Offence[] {
  if (since === undefined) return []
  const seen = new Set(view.seen.map(each => each.frame.id))
  return (owed.get(view.channel) ?? [])
    .filter(each => each.from > since && !seen.has(each.id))
    .map(({ id, entries, atMs }) => {
      const what = `client ${view.client} never saw message ${id} of ${view.channel}`
      return { sin: 'missing', what, entries, atMs }
    })
}

function duplicates({ client, channel, seen }: View): readonly Offence[] {
  return [...Map.groupBy(seen, each => each.frame.id)].flatMap(([id, times]) => {
    const second = times[1]
    if (!second) return []
    const what = `client ${client} saw message ${id} of ${channel} ${times.length} times`
    const entries = times.slice(0, 12).map(each => each.entry.index)
    return [{ sin: 'duplicated', what, entries, atMs: second.entry.atMs } as const]
  })
}

/** A repeated message is a duplicate, not a reordering: only new ids are compared. */
function reorderings({ client, channel, seen }: View): readonly Offence[] {
  const ids = new Set<string>()
  const offences: Offence[] = []
  let last = seen[0]
  for (const each of seen) {
    if (ids.has(each.frame.id)) continue
    ids.add(each.frame.id)
    if (last && each.frame.seq < last.frame.seq) {
      const what = `client ${client} saw ${each.frame.seq} after ${last.frame.seq} in ${channel}`
      const entries = [last.entry.index, each.entry.index]
      offences.push({ sin: 'reordered', what, entries, atMs: each.entry.atMs })
    }
    last = each
  }
  return offences
}

function leaks({ client, channel, seen }: View): readonly Offence[] {
  const first = seen[0]
  if (!first) return []
  const what = `client ${client} saw ${seen.length} frames of ${channel} without a subscription`
  return [{ sin: 'leaked', what, entries: [first.entry.index], atMs: first.entry.atMs }]
}

function refusedYetSeen(views: readonly View[], sends: ReadonlyMap<string, Send>) {
  const refused = new Map<string, Offence>()
  for (const { frame, entry } of views.flatMap(view => view.seen)) {
    const send = sends.get(frame.id)
    if (send?.performed.answer?.outcome.kind !== 'fail' || refused.has(frame.id)) continue
    const what = `message ${frame.id} of ${frame.channel} was refused and delivered all the same`
    const entries = [...entriesOf(send.performed), entry.index]
    refused.set(frame.id, { sin: 'refusedYetSeen', what, entries, atMs: entry.atMs })
  }
  return [...refused.values()]
}

/** Seen, but never sent. Only the first sight of each is told; the others saw the same. */
function phantoms(views: readonly View[], sends: ReadonlyMap<string, Send>): readonly Offence[] {
  const unsent = views
    .flatMap(view => view.seen)
    .filter(({ frame }) => !sends.has(frame.id) && sends.size > 0)
  return [...Map.groupBy(unsent, each => each.frame.id).values()].flatMap(([first]) => {
    if (!first) return []
    const { frame, entry } = first
    const what = `message ${frame.id} of ${frame.channel} was seen, and nobody sent it`
    return [{ sin: 'phantom', what, entries: [entry.index], atMs: entry.atMs } as const]
  })
}

const isAcked = (send: Send) => send.performed.answer?.outcome.kind === 'ok'
