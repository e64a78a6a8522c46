import { z } from 'zod'
import type { Random } from '../../lab/base/random.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import type { Received } from '../../lab/workloads/socket-options.ts'
import { openPeople } from '../../lab/workloads/socket-traffic.ts'
import { Seats, type WithEndpoints } from './endpoints.ts'
import { uuid } from './uuid.ts'

/** Two and a half heartbeats of the service. */
const heartbeatsOfSilence = 2.5

const frame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    channel: z.string(),
    seq: z.number(),
    id: z.string(),
    text: z.string(),
  }),
  z.object({ type: z.literal('sent'), id: z.string(), seq: z.number() }),
  z.object({
    type: z.literal('error'),
    code: z.string(),
    outcome: z.enum(['not-done', 'unknown']),
    about: z.string(),
  }),
  z.object({ type: z.literal('subscribed'), channel: z.string() }),
])

export interface ChatOptions {
  readonly connections: number
  readonly perSecond: number
  /** Over so many channels; default 5. */
  readonly channels?: number
  /** All begin at this instance, from 1; default spread over all. */
  readonly at?: number
  /**
   * What the service's `websocket-heartbeat` is set to, by which a dead connection is found; default
   * its own.
   */
  readonly heartbeatMs?: number
}

/**
 * People who chat: `connections` web sockets over all instances, each subscribed to one of the
 * channels, who reconnect when cut, to the next instance where theirs is gone or asks for it, and
 * name the last message they have seen. What each of them saw is in the journal as `observed`.
 */
export function chat(options: ChatOptions): Workload<WithEndpoints> {
  const { connections, perSecond, at, channels = 5, heartbeatMs = 5_000 } = options
  const name = 'chat'
  return {
    name,
    perSecond,
    clients: connections,
    maxInFlight: 400,
    giveUpMs: 4_000,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: messages,
    open: (system, context) => {
      const seats = new Seats(system, at)
      const silentAtMost = `${heartbeatsOfSilence * heartbeatMs}ms` as const
      const dialect = { path, read, greets: true, silentAtMost }
      return openPeople({ workload: name, connections, channels, seats, context, dialect })
    },
  }
}

function path(channel: string, after: number, client: number): string {
  return `/chat?${new URLSearchParams({ channel, client: `client-${client}`, after: `${after}` })}`
}

/** A frame that the service never sends ends the run. */
function read(told: unknown): Received {
  const said = frame.parse(told)
  if (said.type === 'subscribed') return { kind: 'subscribed', channel: said.channel }
  if (said.type === 'sent') return { kind: 'confirmed', id: said.id, seq: said.seq }
  if (said.type === 'message') {
    const { id, seq, text, channel } = said
    return { kind: 'message', id, seq, text, channel }
  }
  const { about: id, code, outcome } = said
  return { kind: 'refused', id, code, error: code, unknown: outcome === 'unknown' }
}

function* messages(random: Random): Generator<Operation> {
  for (let number = 0; ; number++) {
    const id = uuid(random)
    yield { f: 'send', key: id, input: { id, text: `hello ${number}` } }
  }
}
