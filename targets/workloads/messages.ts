import { z } from 'zod'
import type { Entry, Outcome } from '../../lab/journal/journal.ts'
import { errorRatio, hypothesis, p95 } from '../../lab/model/probes.ts'
import { atMost } from '../../lab/model/tolerances.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { type HttpClient, httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { type Endpoint, Seats } from './endpoints.ts'
import { MessageBooks } from './message-books.ts'
import { message, messageOperations, type Poison, type Poisoned } from './message-inputs.ts'
import { listenForNotices } from './message-notices.ts'
import { bearer, type Person, signInPeople, type WithPeople } from './people.ts'

export interface MessagesOptions {
  readonly perSecond: Workload['perSecond']
  /** Default 6; each listens for notices on a web socket of their own. */
  readonly people?: number
  /** One of so many messages is poison of each kind; default none. */
  readonly poison?: Poisoned
  /** So many percent reply to the sender's last message, which must be handled first; default 0. */
  readonly replies?: number
  /** Poison that can be handled once its fault is healed: redriven in the end, it must be done. */
  readonly redrives?: readonly Poison[]
}

/** How long the service may take to accept a message; every request says so. */
const deadlineMs = 1_500

/** The same as the client sees it, who also waits for the network and for its turn on a busy machine. */
export const messageDeadlineMs = deadlineMs + 300

/** So long the final reads wait for what is still on its way. */
const giveUpMs = 40_000
const maxInFlight = 200

/**
 * People who send messages over HTTP, under ids that they made up, and hear by web socket when these
 * were handled (`observed` frames). Whoever is cut off goes to the next instance. The final reads
 * are books for `jobsAccounted`: `read` has each message as its sender finds it, with the order of
 * replies as `handled` events; `told` has as effects what was announced.
 */
export function messages(options: MessagesOptions): Workload<WithPeople> {
  /** Of the traffic, for the final reads. */
  const known = new WeakMap<WithPeople, readonly Person[]>()
  return {
    name: 'messages',
    perSecond: options.perSecond,
    clients: 8,
    maxInFlight,
    giveUpMs,
    uses: link => link.name.startsWith('client>') || /^(shop|worker)-\d+>/.test(link.name),
    operations: random => messageOperations(random, options),
    open: async (system, context) => {
      const before = known.get(system)
      const people = before ?? (await signIn(system, options))
      known.set(system, people)
      const http = httpClient({ connections: maxInFlight })
      const seats = new Seats(system)
      const books = new MessageBooks(http, system.endpoints[0].http, people, context)
      const listening = listenForNotices(seats, before ? [] : people.slice(0, -1), context)
      const sent = new Set<string>()
      const post = async (operation: Operation, client: number, signal: AbortSignal) => {
        const outcome = await seats.ask(client, seat =>
          send({ http, seat, people, sent, operation, signal }),
        )
        if (outcome.kind === 'ok') sent.add(operation.key ?? '')
        return outcome
      }
      return {
        perform: (operation, client, signal) =>
          books.find(operation, signal) ?? post(operation, client, signal),
        [Symbol.asyncDispose]: async () => {
          listening[Symbol.dispose]()
          await http[Symbol.asyncDispose]()
        },
      }
    },
    finale: journal => [...finalReads(journal, options)],
    finaleInOrder: true,
  }
}

/** The steady state of whoever sends messages. */
export const areTakenIn = (sending: Workload<WithPeople>) => [
  hypothesis('messages are accepted quickly', p95(sending), atMost('500ms')),
  hypothesis('nearly every message is accepted', errorRatio(sending), atMost(0.01)),
]

/** The last of them looks after dead letters, and sends nothing. */
async function signIn(system: WithPeople, { people = 6 }: MessagesOptions) {
  return [...(await signInPeople(system, people)), ...(await signInPeople(system, 1, ['support']))]
}

interface Sending {
  readonly http: HttpClient
  readonly seat: Endpoint
  readonly people: readonly Person[]
  readonly sent: ReadonlySet<string>
  readonly operation: Operation
  readonly signal: AbortSignal
}

function send({ http, seat, people, sent, operation, signal }: Sending): Promise<Outcome> {
  const { id, person, poison, inReplyTo, kind, body, priority } = message.parse(operation.input)
  const sender = people[person]
  if (!sender) throw new RangeError(`There are ${people.length} people, and no ${person}.`)
  // Nobody replies to what may not be there.
  const isReply = inReplyTo !== undefined && sent.has(inReplyTo)
  return http.ask(
    {
      url: `${seat.http}/v1/messages`,
      method: 'POST',
      headers: {
        ...bearer(sender),
        'x-request-id': `${poison ?? 'fine'}-${id}`,
        'x-deadline-ms': `${deadlineMs}`,
      },
      body: { id, body, priority, kind, ...(isReply && { kind: 'reply', inReplyTo }) },
      signal,
    },
    answer => httpOutcome(answer, found => ({ id: accepted.parse(found).id })),
  )
}

const accepted = z.object({ id: z.string() })

function* finalReads(journal: readonly Entry[], { people = 6, redrives = [] }: MessagesOptions) {
  const posted = journal.flatMap(entry => {
    const isPost = entry.kind === 'invoke' && entry.f === 'enqueue'
    return isPost ? [message.parse(entry.input)] : []
  })
  for (const f of ['read', 'told'])
    for (let person = 0; person < people; person++) {
      const ids = posted.flatMap(each => (each.person === person ? [each.id] : []))
      const others = posted.find(each => each.person !== person)?.id ?? ''
      yield { f, key: `person-${person}`, input: { person, ids, others } }
    }
  const cured = posted.filter(({ poison }) => poison && redrives.includes(poison))
  for (const { id } of cured) yield { f: 'enqueue', key: `${id}/again`, input: { redrive: id } }
  for (const { id, person } of cured) {
    yield { f: 'read', key: `${id}/again`, input: { person, redriven: id } }
  }
}
