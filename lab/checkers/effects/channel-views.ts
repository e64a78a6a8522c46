import { z } from 'zod'
import type { Json } from '../../base/json.ts'
import type { Entry, Journal } from '../../journal/journal.ts'
import {
  type EntryOf,
  history,
  isFinal,
  isOk,
  type Named,
  ofKind,
  type Performed,
} from '../shared/history.ts'
import { remembered } from '../shared/remembered.ts'

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

/** What a journal holds is JSON. */
const json = z.custom<Json>(value => value !== undefined)
const content = { content: json.optional(), text: z.string().optional() }
const message = z.object({ id: z.coerce.string(), channel: z.string().optional(), ...content })
const sent = z.compile(message)
const frame = z.compile(message.extend({ channel: z.string(), seq: z.number() }))
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
export function viewsOf(journal: Journal, workload: Named, options: ChannelOptions): Views {
  return viewsIn(ofKind(journal, 'observed'), workload, options)
}

interface Views {
  readonly views: readonly View[]
  /** Frames and subscriptions that could not be read. */
  readonly unparsed: number
}

const viewsIn = remembered(
  (observed: readonly EntryOf<'observed'>[], workload: Named, options: ChannelOptions): Views => {
    const clients = new Map<number, Map<string, GrowingView>>()
    const viewOf = (client: number, channel: string): GrowingView => {
      const ofClient = clients.get(client) ?? new Map<string, GrowingView>()
      clients.set(client, ofClient)
      const view = ofClient.get(channel) ?? { client, channel, since: undefined, seen: [] }
      ofClient.set(channel, view)
      return view
    }
    let unparsed = 0
    for (const entry of observed) {
      if (entry.workload !== workload.name) continue
      if (entry.what === 'subscribed') {
        const parsed = subscription.safeParse(entry.value).data
        if (parsed) viewOf(entry.client, parsed.channel).since ??= entry.index
        else unparsed++
      }
      if (entry.what === 'frame') {
        const seen = (options.frame ?? parseFrame)(entry.value)
        if (seen) viewOf(entry.client, seen.channel).seen.push({ frame: seen, entry })
        else if (!options.frame) unparsed++
      }
    }
    const views = [...clients.values()].flatMap(ofClient => [...ofClient.values()])
    return { views, unparsed }
  },
)

interface GrowingView extends View {
  since: number | undefined
  readonly seen: Seen[]
}

/** A message, with every attempt to send it: one that got no answer may follow one that was ok. */
export interface Send extends Sent {
  readonly attempts: readonly Performed[]
}

/** What was sent, by id; `unnamed` counts confirmed sends whose id nobody knows. */
export function sendsOf(journal: Journal, workload: Named, options: ChannelOptions): Sends {
  return sendsIn(history(journal, workload), options)
}

interface Sends {
  readonly sends: ReadonlyMap<string, Send>
  readonly unnamed: number
}

const sendsIn = remembered((all: readonly Performed[], options: ChannelOptions): Sends => {
  const sends = new Map<string, Send>()
  let unnamed = 0
  for (const performed of all) {
    if (isFinal(performed) || performed.f !== (options.send ?? 'send')) continue
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
})

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
