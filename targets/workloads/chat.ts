import type { Random } from '../../lab/base/random.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { Chatter } from './chatter.ts'
import { Seats, type WithEndpoints } from './endpoints.ts'
import { uuid } from './uuid.ts'

/** Two and a half heartbeats of the service. */
const heartbeatsOfSilence = 2.5
/** So many connect at once in the beginning, so that a busy machine can greet each in time. */
const atOnce = 50

const lastFramesMs = 5_000

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
    open: async (system, context) => {
      const seats = new Seats(system, at)
      const confirmed = new Map<string, number>()
      const silentMs = heartbeatsOfSilence * heartbeatMs
      const people = Array.from({ length: connections }, (_, client) => {
        const channel = `room-${client % channels}`
        const own = { workload: name, client, channel, confirmed, silentMs }
        return new Chatter({ ...own, seats, context })
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
          await Promise.all(people.map(person => person.seen(signal)))
          leave()
        },
      }
    },
  }
}

async function allConnected(people: readonly Chatter[]): Promise<void> {
  for (let from = 0; from < people.length; from += atOnce) {
    await Promise.all(people.slice(from, from + atOnce).map(person => person.connected()))
  }
}

function* messages(random: Random): Generator<Operation> {
  for (let number = 0; ; number++) {
    const id = uuid(random)
    yield { f: 'send', key: id, input: { id, text: `hello ${number}` } }
  }
}
