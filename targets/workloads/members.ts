import { z } from 'zod'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Workload } from '../../lab/model/workload.ts'
import { type HttpClient, httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { Seats } from './endpoints.ts'
import { bearer, type Person, signInPeople, type WithPeople } from './people.ts'

export interface MembersOptions {
  readonly perSecond: number
  /** So many members, each a client of their own; default 6. */
  readonly members?: number
  /** How long the service may take for a visit; default 1 s. Who has to sign in waits longer. */
  readonly deadlineMs?: number
}

const signInMs = 8_000
const giveUpMs = 3 * signInMs
const maxInFlight = 200

/**
 * Members who look at what their devices share, which only Redis keeps and under their session: the
 * operation `visit` of the key `member-N`. Whoever is told to sign in again does, once, and sets it anew.
 * The answer is the name that was set there, whoever set it: for `answersBelong`.
 */
export function members(options: MembersOptions): Workload<WithPeople> {
  const { perSecond, members: count = 6, deadlineMs = 1_000 } = options
  return {
    name: 'members',
    perSecond,
    clients: count,
    maxInFlight,
    giveUpMs,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>redis/.test(link.name),
    operations: function* () {
      for (let number = 0; ; number++)
        yield { f: 'visit', key: `member-${number % count}`, input: null }
    },
    open: async system => {
      const people = await signInPeople(system, count)
      const shared = httpClient({ connections: maxInFlight })
      const seats = new Seats(system)
      const known = new Map(
        people.map((person, number) => [
          `member-${number}`,
          new Member(person, shared, deadlineMs),
        ]),
      )
      return {
        perform: ({ key = '' }, client, signal) => {
          const member = known.get(key)
          if (!member) throw new RangeError(`There is no ${key}.`)
          return seats.ask(client, ({ http }) => member.visit(key, http, signal))
        },
        [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
      }
    },
  }
}

const content = z.object({ name: z.string().optional() })
const session = z.object({ accessToken: z.string(), sessionId: z.string() })

/** One member, who signs in once at a time, however many visits find that they have to. */
class Member {
  #person: Person
  readonly #client: HttpClient
  readonly #deadlineMs: number
  #signingIn: Promise<Outcome> | undefined

  constructor(person: Person, client: HttpClient, deadlineMs: number) {
    this.#person = person
    this.#client = client
    this.#deadlineMs = deadlineMs
  }

  async visit(name: string, http: string, signal: AbortSignal): Promise<Outcome> {
    const asked = this.#person
    const seen = await this.#look(http, signal)
    if (seen.kind === 'ok' && seen.value === null) return this.#set(name, http, signal)
    if (seen.kind === 'ok' || seen.status !== 401) return seen
    const again = asked === this.#person ? await this.#signIn(http, signal) : undefined
    if (again && again.kind !== 'ok') return again
    return this.#set(name, http, signal)
  }

  #look(http: string, signal: AbortSignal): Promise<Outcome> {
    const url = `${http}/v1/sessions/shared`
    return this.#client.ask({ url, headers: this.#headers(), signal }, nameOf)
  }

  #set(name: string, http: string, signal: AbortSignal): Promise<Outcome> {
    const url = `${http}/v1/sessions/shared`
    const request = {
      url,
      method: 'PATCH',
      headers: this.#headers(),
      body: { name },
      signal,
    } as const
    return this.#client.ask(request, nameOf)
  }

  #signIn(http: string, signal: AbortSignal): Promise<Outcome> {
    const { username, password } = this.#person
    const request = {
      url: `${http}/v1/login`,
      method: 'POST',
      headers: { 'x-deadline-ms': `${signInMs}` },
      body: { login: username, password, device: 'lab' },
      signal,
    } as const
    this.#signingIn ??= this.#client
      .ask(request, answer =>
        httpOutcome(answer, found => {
          this.#person = { ...this.#person, ...session.parse(found) }
          return username
        }),
      )
      .finally(() => {
        this.#signingIn = undefined
      })
    return this.#signingIn
  }

  #headers() {
    return { ...bearer(this.#person), 'x-deadline-ms': `${this.#deadlineMs}` }
  }
}

function nameOf(answer: Parameters<typeof httpOutcome>[0]): Outcome {
  return httpOutcome(answer, found => content.parse(found).name ?? null)
}
