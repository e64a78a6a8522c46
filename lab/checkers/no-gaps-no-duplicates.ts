import { z } from 'zod'
import type { Checker, Finding, Journal } from '../checker.ts'
import type { Entry } from '../journal.ts'
import type { Json } from '../json.ts'
import { clearest, entriesOf, history, type Named, ofKind, type Performed } from './history.ts'

export interface ChannelOptions {
  /** The operation that publishes; default `send`. */
  readonly send?: string
  /** Reads id and channel of what was sent from the send's input, overlaid by its ok answer. */
  readonly sent?: (input: Json, answer: Json | undefined) => Sent | undefined
  /** Reads what a client saw; default the value of `frame` observations as it is. */
  readonly frame?: (value: Json) => Frame | undefined
}

export interface Sent {
  /** Unique in the run. */
  readonly id: string
  /** Known at the latest when the message is confirmed. */
  readonly channel?: string | undefined
}

export interface Frame {
  readonly id: string
  readonly channel: string
  /** Grows by the order of the channel; the same for all its subscribers. */
  readonly seq: number
}

const sent = z.object({ id: z.coerce.string(), channel: z.string().optional() })
const frame = sent.extend({ channel: z.string(), seq: z.number() })
const subscription = z.object({ channel: z.string() })

const sins = ['missing', 'duplicated', 'reordered', 'leaked', 'refusedYetSeen'] as const
type Sin = (typeof sins)[number]

interface Offence {
  readonly sin: Sin
  readonly what: string
  readonly entries: readonly number[]
  readonly atMs: number
}

/** One client's view of one channel. */
interface View {
  readonly client: number
  readonly channel: string
  /** Index of the entry that says it subscribed; undefined: it never did. */
  readonly since: number | undefined
  readonly seen: { readonly frame: Frame; readonly entry: Entry }[]
}

/**
 * Each subscriber sees every confirmed message of its channel exactly once and in order of `seq`,
 * by the end of the run; so does it see each message that another subscriber saw. Subscriptions are
 * `observed` events `subscribed {channel}`, frames are `frame {channel, seq, id}`. A frame of a
 * channel the client did not subscribe to is a leak. Unknown when nothing was confirmed or seen.
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
  const offences = [
    ...views.flatMap(view => (view.since === undefined ? leaks(view) : [])),
    ...views.flatMap(view => [...duplicates(view), ...reorderings(view)]),
    ...views.flatMap(view => missing(view, view.since, owed)),
    ...refusedYetSeen(views, sends),
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
    const story = `Of ${figures.frames} frames seen by ${subscribers.length} subscriptions: ${counted.join(', ')}.`
    return { word: 'invalid', story, figures, witness: { what, entries, atMs } }
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

function viewsOf(journal: Journal, workload: Named, options: ChannelOptions): readonly View[] {
  const views = new Map<string, View>()
  for (const entry of ofKind(journal, 'observed')) {
    if (entry.workload !== workload.name) continue
    const { client } = entry
    if (entry.what === 'subscribed') {
      const { channel } = subscription.parse(entry.value)
      const id = JSON.stringify([client, channel])
      const view = views.get(id)
      const since = view?.since ?? entry.index
      views.set(id, { client, channel, since, seen: view?.seen ?? [] })
    }
    if (entry.what === 'frame') {
      const seen = (options.frame ?? parseFrame)(entry.value)
      if (!seen) continue
      const id = JSON.stringify([client, seen.channel])
      const view = views.get(id) ?? { client, channel: seen.channel, since: undefined, seen: [] }
      view.seen.push({ frame: seen, entry })
      views.set(id, view)
    }
  }
  return [...views.values()]
}

function sendsOf(journal: Journal, workload: Named, options: ChannelOptions) {
  const sends = new Map<string, Send>()
  for (const performed of history(journal, workload)) {
    if (performed.f !== (options.send ?? 'send')) continue
    const outcome = performed.answer?.outcome
    const answer = outcome?.kind === 'ok' ? outcome.value : undefined
    const message = (options.sent ?? parseSent)(performed.input, answer)
    if (message) sends.set(message.id, { ...message, performed })
  }
  return sends
}

interface Send extends Sent {
  readonly performed: Performed
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

const isAcked = (send: Send) => send.performed.answer?.outcome.kind === 'ok'

function parseFrame(value: Json): Frame | undefined {
  return frame.safeParse(value).data
}

/** The id may be the client's own (in the input) or the service's (in the answer). */
function parseSent(input: Json, answer: Json | undefined): Sent | undefined {
  const parts = [input, answer].filter(part => typeof part === 'object' && part !== null)
  return sent.safeParse(Object.assign({}, ...parts)).data
}
