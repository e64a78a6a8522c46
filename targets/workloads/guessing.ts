import type { Workload } from '../../lab/model/workload.ts'
import { httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { Seats } from './endpoints.ts'
import { signInPeople, type WithPeople } from './people.ts'

const deadlineMs = 2_000
const maxInFlight = 50

/**
 * Somebody who guesses the password of one name, through every instance in turn. The answer of each
 * `guess` counts how many `guesses` were made and how many of them were `examined`, that is, found to
 * be wrong instead of being refused since the name is locked.
 */
export function guessing({ perSecond }: { readonly perSecond: number }): Workload<WithPeople> {
  return {
    name: 'guessing',
    perSecond,
    clients: 2,
    maxInFlight,
    giveUpMs: 3 * deadlineMs,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>postgres$/.test(link.name),
    operations: function* () {
      for (let number = 1; ; number++) yield { f: 'guess', input: number }
    },
    open: async system => {
      const [victim] = await signInPeople(system, 1)
      const client = httpClient({ connections: maxInFlight })
      const seats = new Seats(system)
      let [guesses, examined] = [0, 0]
      return {
        perform: ({ input }, number, signal) => {
          const body = { login: victim?.username ?? '', password: `Guess-${input}`, device: 'lab' }
          const headers = { 'x-deadline-ms': `${deadlineMs}` }
          return seats.ask(number, ({ http }) =>
            client.ask(
              { url: `${http}/v1/login`, method: 'POST', headers, body, signal },
              answer => {
                if (answer.status !== 401 && answer.status !== 429)
                  return httpOutcome(answer, () => null)
                guesses++
                if (answer.status === 401) examined++
                return { kind: 'ok', value: { guesses, examined } }
              },
            ),
          )
        },
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      }
    },
  }
}

/** How many guesses were examined, by the answer to one. */
export function examined(answer: unknown): number {
  return Number(Object(answer).examined)
}
