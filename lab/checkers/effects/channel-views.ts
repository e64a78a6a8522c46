import { z } from 'zod'
import type { Json } from '../../base/json.ts'
import type { Entry, Journal } from '../../journal/journal.ts'
import { history, type Named, ofKind, type Performed } from '../shared/history.ts'

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

/** One client's view of one channel. */
export interface View {
  readonly client: number
  readonly channel: string
  /** Index of the entry that says it subscribed; undefined: it never did. */
  readonly since: number | undefined
  readonly seen: { readonly frame: Frame; readonly entry: Entry }[]
}

/** Who saw what of which channel, from what clients observed. */
export function viewsOf(
  journal: Journal,
  workload: Named,
  options: ChannelOptions,
): readonly View[] {
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

/** What was sent, by id; sends whose id nobody knows are left out. */
export function sendsOf(journal: Journal, workload: Named, options: ChannelOptions) {
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

export interface Send extends Sent {
  readonly performed: Performed
}

function parseFrame(value: Json): Frame | undefined {
  return frame.safeParse(value).data
}

/** The id may be the client's own (in the input) or the service's (in the answer). */
function parseSent(input: Json, answer: Json | undefined): Sent | undefined {
  const parts = [input, answer].filter(part => typeof part === 'object' && part !== null)
  return sent.safeParse(Object.assign({}, ...parts)).data
}
