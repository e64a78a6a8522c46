import type { Random } from '../../lab/base/random.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { type HttpAnswer, httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { account, addPast, cents, creditInput } from './credit-books.ts'
import { Seats } from './endpoints.ts'
import { oncePerRun } from './once-per-run.ts'
import { bearer, type Person, signInPeople, type WithPeople } from './people.ts'
import { uuid } from './uuid.ts'

interface Customers {
  readonly keeper: Person
  readonly people: readonly Person[]
}

const customersOf = oncePerRun<Customers>()
const maxInFlight = 400
/** So many people at once get credit, and spend it. */
const abreast = 4
const groups = 3
const refusal = 'not-enough-credit'

/**
 * People who get store credit, and a little later try twice to spend it, one attempt soon after the
 * other: at once only where spending takes long. One attempt of two is refused for want of credit,
 * which is an ok answer (`{ refused }`). The final reads ask the database for each account.
 */
export function credit(options: {
  readonly perSecond: number
  readonly deadlineMs: number
}): Workload<WithPeople> {
  const { perSecond, deadlineMs } = options
  const name = 'credit'
  return {
    name,
    perSecond,
    clients: 8,
    maxInFlight,
    giveUpMs: deadlineMs + 2_000,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: givingAndSpending,
    open: async system => {
      const customers = await customersOf(system, name, () => signIn(system))
      const seats = new Seats(system)
      const http = httpClient({ connections: maxInFlight })
      return {
        perform: (operation, client, signal) => {
          const { keeper, person } = whoIn(customers, operation)
          if (operation.f === 'account') return account(system.postgres.url, person.userId)
          const isGift = operation.f === 'gift'
          const path = isGift ? `/v1/users/${person.userId}/credit` : '/v1/credit/spend'
          const headers = {
            ...bearer(isGift ? keeper : person),
            'x-request-id': operation.key ?? '',
            'x-deadline-ms': `${deadlineMs}`,
          }
          const body = { amount: (cents / 100).toFixed(2) }
          const idempotencyKey = operation.key ?? ''
          const request = { method: 'POST', headers, body, idempotencyKey, signal } as const
          return seats.ask(client, ({ http: at }) =>
            http.ask({ ...request, url: `${at}${path}` }, outcomeOf),
          )
        },
        [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
      }
    },
    finale: () =>
      Array.from({ length: abreast * groups }, (_, person) => {
        return { f: 'account', key: `${person}`, input: { person } }
      }),
  }
}

/** A group gets its credit while another, two before it, spends what it has. */
function* givingAndSpending(random: Random): Generator<Operation> {
  for (let block = 0; ; block++) {
    for (const [f, ahead] of [
      ['spend', 0],
      ['spend', 0],
      ['gift', 2],
    ] as const) {
      for (let one = 0; one < abreast; one++) {
        const person = ((block + ahead) % groups) * abreast + one
        yield { f, key: uuid(random), input: { person } }
      }
    }
  }
}

async function signIn(system: WithPeople): Promise<Customers> {
  await addPast(system.postgres.url)
  const people = await signInPeople(system, abreast * groups)
  const [keeper] = await signInPeople(system, 1, ['admin'])
  if (!keeper) throw new RangeError('nobody may give credit')
  return { keeper, people }
}

function whoIn({ keeper, people }: Customers, operation: Operation) {
  const { person: number } = creditInput.parse(operation.input)
  const person = people[number]
  if (!person) throw new RangeError(`There are ${people.length} people, and no ${number}.`)
  return { keeper, person }
}

function outcomeOf(answer: HttpAnswer): Outcome {
  const outcome = httpOutcome(answer, () => ({ done: true }))
  const isRefusal = outcome.kind !== 'ok' && outcome.code === refusal
  return isRefusal ? { kind: 'ok', value: { refused: refusal } } : outcome
}
