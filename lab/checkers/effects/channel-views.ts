import { z } from 'zod'
import type { Json } from '../../base/json.ts'
import type { Entry, Journal } from '../../journal/journal.ts'
import { isOk, type Named, ofKind, type Performed, trafficOf } from '../shared/history.ts'

export interface ChannelOptions {
  /** The operation that publishes; default `send`. */
  readonly send?: string
  /**
   * Reads id, channel and content of what was sent from the send's input, overlaid by its ok
   * answer; default their members of these names (`text` is content, too).
   */
  readonly sent?: (input: Json, answer: Json | undefined) => Sent | undefined
  /**
   * Reads what a client saw; default the value of `frame` observations as it is. Undefined: none.
   */
  readonly frame?: (value: Json) => Frame | undefined
}

export interface Sent {
  /** Unique in the run. */
  readonly id: string
  /** Known at the latest when the message is confirmed. */
  readonly channel?: string | undefined
  /** Compared with what was seen where both are known. */
  readonly content?: Json | undefined
}

export interface Frame {
  readonly id: string
  readonly channel: string
  /** Grows by the order of the channel; the same for all its subscribers. */
  readonly seq: number
  readonly content?: Json | undefined
}

const content = { content: z.json().optional(), text: z.string().optional() }
const sent = z.object({ id: z.coerce.string(), channel: z.string().optional(), ...content })
const frame = sent.extend({ channel: z.string(), seq: z.number() })
const subscription = z.object({ channel: z.string() })

/** One client's view of one channel. */
export interface View {
  readonly client: number
  readonly channel: string
  /** Index of the entry that says it subscribed; undefined: it never did. */
  readonly since: number | undefined
  readonly seen: readonly Seen[]
}

export interface Seen {
  readonly frame: Frame
  readonly entry: Entry
}

/** Who saw what of which channel, from what clients observed. */
export function viewsOf(journal: Journal, workload: Named, options: ChannelOptions) {
  const views = new Map<string, View & { readonly seen: Seen[] }>()
  const viewOf = (client: number, channel: string, since: number | undefined) => {
    const id = JSON.stringify([client, channel])
    const known = views.get(id) ?? { client, channel, since: undefined, seen: [] }
    const view = { ...known, since: known.since ?? since }
    views.set(id, view)
    return view
  }
  let unparsed = 0
  for (const entry of ofKind(journal, 'observed')) {
    if (entry.workload !== workload.name) continue
    if (entry.what === 'subscribed') {
      const parsed = subscription.safeParse(entry.value).data
      if (parsed) viewOf(entry.client, parsed.channel, entry.index)
      else unparsed++
    }
    if (entry.what === 'frame') {
      const seen = (options.frame ?? parseFrame)(entry.value)
      if (seen) viewOf(entry.client, seen.channel, undefined).seen.push({ frame: seen, entry })
      else if (!options.frame) unparsed++
    }
  }
  return { views: [...views.values()], unparsed }
}

/** A message, with every attempt to send it: one that got no answer may follow one that was ok. */
export interface Send extends Sent {
  readonly attempts: readonly Performed[]
}

/** What was sent, by id; `unnamed` counts confirmed sends whose id nobody knows. */
export function sendsOf(journal: Journal, workload: Named, options: ChannelOptions) {
  const sends = new Map<string, Send>()
  let unnamed = 0
  for (const performed of trafficOf(journal, workload)) {
    if (performed.f !== (options.send ?? 'send')) continue
    const answer = isOk(performed) ? performed.answer.outcome.value : undefined
    const message = (options.sent ?? parseSent)(performed.input, answer)
    if (!message && isOk(performed)) unnamed++
    if (!message) continue
    const known = sends.get(message.id)
    const attempts = [...(known?.attempts ?? []), performed]
    const channel = message.channel ?? known?.channel
    sends.set(message.id, { ...message, channel, attempts })
  }
  return { sends, unnamed }
}

export const isConfirmed = ({ attempts }: Send) => attempts.some(isOk)

function parseFrame(value: Json): Frame | undefined {
  const parsed = frame.safeParse(value).data
  return parsed && { ...parsed, content: parsed.content ?? parsed.text }
}

/** The id may be the client's own (in the input) or the service's (in the answer). */
function parseSent(input: Json, answer: Json | undefined): Sent | undefined {
  const parts = [input, answer].filter(part => typeof part === 'object' && part !== null)
  const parsed = sent.safeParse(Object.assign({}, ...parts)).data
  return parsed && { ...parsed, content: parsed.content ?? parsed.text }
}
