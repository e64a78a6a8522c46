import { toMs } from '../base/duration.ts'
import type { Random } from '../base/random.ts'
import type { Context } from '../model/target.ts'
import type { Operation, Workload, WorkloadClients } from '../model/workload.ts'
import { Seats, type WithServices } from './endpoints.ts'
import type { SocketDialect, SocketMessage, SocketTrafficOptions } from './socket-options.ts'

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
    open: (system, context) => {
      const seats = new Seats({ endpoints: system.endpointsOf(options.to) })
      return openPeople({ workload: name, connections, channels, seats, context, dialect: options })
    },
  }
}

interface PeoplePlan {
  readonly workload: string
  readonly connections: number
  readonly channels: number
  readonly seats: Seats
  readonly context: Context
  readonly dialect: SocketDialect
}

/** People in `channels` rooms, all connected; who closes them waits until they have seen what was confirmed. */
export async function openPeople(plan: PeoplePlan): Promise<WorkloadClients> {
  const { workload, connections, channels, seats, context, dialect } = plan
  const { SocketClient } = await import('./socket-client.ts')
  const confirmed = new Map<string, number>()
  const people = Array.from({ length: connections }, (_, client) => {
    const channel = `room-${client % channels}`
    return new SocketClient({ workload, client, channel, confirmed, seats, context, dialect })
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
