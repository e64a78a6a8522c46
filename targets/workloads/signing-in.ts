import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Workload } from '../../lab/model/workload.ts'
import { type HttpAnswer, type HttpClient, httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { followRedirects } from '../oauth/follow-redirects.ts'
import { type Endpoint, Seats } from './endpoints.ts'
import { signInPeople, type WithPeople } from './people.ts'

export interface SigningInOptions {
  readonly perSecond: number
  /** With a password of the shop's own, or through the sign-in provider. */
  readonly by: 'password' | 'provider'
}

/** How long the service may take for each answer; who has to sign in waits. */
const deadlineMs = 8_000
const maxInFlight = 100
const people = 3

/** Where the provider sends a browser back to; a browser that is none follows no further. */
const callbackUrl = 'http://localhost/v1/oauth/callback'
const signedIn = z.object({ userId: z.string() })
const started = z.object({ authorizationUrl: z.url() })

/**
 * People who sign in. Through the provider that is the whole flow: begun here, signed in there, and
 * ended here, always by one browser; then its last step once more, which must be refused, for a flow
 * works once. The answer is the user that they are.
 */
export function signingIn({ perSecond, by }: SigningInOptions): Workload<WithPeople> {
  return {
    name: `by-${by}`,
    perSecond,
    clients: people,
    maxInFlight,
    giveUpMs: 3 * deadlineMs,
    uses: ({ name }) => name.startsWith('client>') || /^shop-\d+>/.test(name),
    operations: function* () {
      for (;;) yield { f: by, input: null }
    },
    open: async system => {
      const known = by === 'password' ? await signInPeople(system, people) : []
      const seats = new Seats(system)
      const client = httpClient({ connections: maxInFlight })
      return {
        perform: (_, number, signal) => {
          const browser = { client, at: seats.of(number), signal }
          const person = known[number % people]
          if (!person) return throughProvider(browser)
          const body = { login: person.username, password: person.password, device: 'lab' }
          return ask(browser, '/v1/login', { ...begin, body }, whoIsIt)
        },
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      }
    },
  }
}

interface Browser {
  readonly client: HttpClient
  readonly at: Endpoint
  readonly signal: AbortSignal
}

const begin = { method: 'POST' } as const

async function throughProvider(browser: Browser): Promise<Outcome> {
  let cookie = ''
  const begun = await ask(browser, '/v1/oauth/start', begin, answer => {
    cookie = cookieOf(answer)
    return httpOutcome(answer, found => started.parse(found).authorizationUrl)
  })
  if (begun.kind !== 'ok') return begun
  const back = await signInThere(z.string().parse(begun.value))
  if (!back) return { ...refused, code: 'no-provider', error: 'refused: no-provider' }
  const callback = `/v1/oauth/callback${back.search}`
  const first = await ask(browser, callback, { cookie }, whoIsIt)
  const again = await ask(browser, callback, { cookie }, whoIsIt)
  if (again.kind !== 'ok') return first
  return { kind: 'info', ended: 'untyped', error: 'one flow signed in twice' }
}

const refused = { kind: 'fail', ended: 'refused' } as const

/** Undefined where the provider does not even answer the browser, which is none of the service's. */
function signInThere(authorizationUrl: string): Promise<URL | undefined> {
  const there = new URL(authorizationUrl)
  there.searchParams.set('login_hint', 'ada')
  return followRedirects(there, callbackUrl).catch(() => undefined)
}

function cookieOf({ headers }: HttpAnswer): string {
  return /oauth=[\w-]+/.exec(`${headers['set-cookie'] ?? ''}`)?.[0] ?? ''
}

function whoIsIt(answer: HttpAnswer): Outcome {
  return httpOutcome(answer, found => signedIn.parse(found).userId)
}

function ask(
  { client, at, signal }: Browser,
  path: string,
  request: { readonly method?: 'POST'; readonly body?: Json; readonly cookie?: string },
  outcomeOf: (answer: HttpAnswer) => Outcome,
): Promise<Outcome> {
  const { cookie, ...rest } = request
  const headers = { 'x-deadline-ms': `${deadlineMs}`, ...(cookie !== undefined && { cookie }) }
  return client.ask({ url: `${at.http}${path}`, headers, signal, ...rest }, outcomeOf)
}
