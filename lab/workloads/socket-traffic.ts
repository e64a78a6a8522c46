import { type Duration, toMs } from '../base/duration.ts'
import type { Json } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import type { Operation, Workload } from '../model/workload.ts'
import { Seats, type WithServices } from './endpoints.ts'

/** What a client sends: its id comes back to all who see it. */
export interface SocketMessage {
  /** Unique in the run: made from `random` and the number. */
  readonly id: string
  readonly text: string
}

/** What a frame from the service is to a client. */
export type Received =
  /** A message of the channel, to everybody in it; `seq` grows with each. */
  | { readonly kind: 'message'; readonly seq: number; readonly id: string; readonly text?: string }
  /** To the sender: it is kept, and everybody will see it. */
  | { readonly kind: 'confirmed'; readonly id: string; readonly seq?: number }
  /** To the sender: it is not. `unknown`: it may be. */
  | {
      readonly kind: 'refused'
      readonly id: string
      readonly error: string
      readonly unknown?: true
    }
  /** From now on the channel is heard. */
  | { readonly kind: 'subscribed' }

export interface SocketTrafficOptions {
  /** How checks, plots and the journal call it; default `sockets`. */
  readonly name?: string
  /** Messages a second, of all connections together. */
  readonly perSecond: Workload['perSecond']
  /** Which service; needed where clients reach several. */
  readonly to?: string
  /** Default 20, spread over the instances. */
  readonly connections?: number
  /** Rooms, topics; each client hears one. Default 4. */
  readonly channels?: number
  /** Where a client connects, and what it has seen: `/rooms/${channel}?after=${after}`. */
  readonly path: (channel: string, after: number, client: number) => string
  /** Chance comes from `random` alone; default a text with a fresh id. */
  readonly message?: (random: Random, number: number) => SocketMessage
  /** The frame by which it is sent; default `{ type: 'send', channel, id, text }`. Sent as JSON. */
  readonly send?: (message: SocketMessage, channel: string) => Json
  /** What a frame means; it is parsed where it is JSON. Undefined: nothing to a client. */
  readonly read: (frame: unknown) => Received | undefined
  /** The service says when a channel is heard (`subscribed`); default false: as soon as it is open. */
  readonly greets?: boolean
  /** A client that hears nothing for so long, not even a ping, comes back on another connection. */
  readonly silentAtMost?: Duration
  /** How long a sender waits to be told; default '4s'. */
  readonly giveUp?: Duration
}

const lastFramesMs = 5_000
/** So many connect at once in the beginning, so that a busy machine can greet each in time. */
const atOnce = 50

/**
 * People on web sockets, who send and see: `noGapsNoDuplicates`, `closedWith` and `deliveredWithin` judge
 * what each of them saw. Who is cut off comes back after a while, to the next instance where theirs takes
 * nobody, and names the last `seq` it has seen.
 */
export function socketTraffic(options: SocketTrafficOptions): Workload<WithServices> {
  const { name = 'sockets', perSecond, connections = 20, channels = 4, giveUp = '4s' } = options
  return {
    name,
    perSecond,
    clients: connections,
    maxInFlight: 400,
    giveUpMs: toMs(giveUp),
    uses: link => link.name.startsWith('client>'),
    operations: random => messages(random, options.message ?? usualMessage),
    open: async (system, context) => {
      const seats = new Seats({ endpoints: system.endpointsOf(options.to) })
      const { SocketClient } = await import('./socket-client.ts')
      const confirmed = new Map<string, number>()
      const people = Array.from({ length: connections }, (_, client) => {
        const channel = `room-${client % channels}`
        return new SocketClient({
          workload: name,
          client,
          channel,
          confirmed,
          seats,
          context,
          options,
        })
      })
      const leave = () => {
        for (const person of people) person.leave()
      }
      await allConnected(people).catch(error => {
        leave()
        throw error
      })
      return {
        perform: (operation, client, signal) =>
          people[client % people.length]?.send(operation, signal) ??
          Promise.resolve({ kind: 'fail', ended: 'refused', error: 'no such client' }),
        [Symbol.asyncDispose]: async () => {
          // What was confirmed a moment ago is on its way to the others.
          const signal = AbortSignal.timeout(lastFramesMs)
          await Promise.all(people.map(person => person.seenAll(signal)))
          leave()
        },
      }
    },
  }
}

async function allConnected(
  people: readonly { readonly connected: () => Promise<void> }[],
): Promise<void> {
  for (let from = 0; from < people.length; from += atOnce) {
    await Promise.all(people.slice(from, from + atOnce).map(person => person.connected()))
  }
}

function usualMessage(random: Random, number: number): SocketMessage {
  return { id: `m${number}-${random.integer(0, 1e9)}`, text: `hello ${number}` }
}

function* messages(
  random: Random,
  message: (random: Random, number: number) => SocketMessage,
): Generator<Operation> {
  for (let number = 0; ; number++) {
    const { id, text } = message(random, number)
    yield { f: 'send', key: id, input: { id, text } }
  }
}
