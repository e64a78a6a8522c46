import { z } from 'zod'
import type { Random } from '../../lab/base/random.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { Seats } from './endpoints.ts'
import { bearer, type WithPeople } from './people.ts'
import { stockedShop } from './stocked-shop.ts'
import { uuid } from './uuid.ts'

/** How long the service may take for each of the two answers; every request says so. Payers wait. */
const deadlineMs = 2_500

/** For both as the client sees it. */
export const payingDeadlineMs = 2 * deadlineMs

const maxInFlight = 200
const buyers = 3
const products = 4
const created = z.object({ id: z.string() })
const payment = z.object({ payment: z.enum(['done', 'pending']) })

/**
 * Buyers who order one thing and pay for it at once. Paid is ok. A payment that is pending (202)
 * may have happened, and is not what the buyer came for: `info`, with the code `payment-pending`.
 * The operation's key is the request's id on the way to the gateway.
 */
export function paying(options: { readonly perSecond: number }): Workload<WithPeople> {
  return {
    name: 'paying',
    perSecond: options.perSecond,
    clients: 8,
    maxInFlight,
    giveUpMs: 5_000,
    uses: ({ name }) => name.startsWith('client>') || /^shop-\d+>/.test(name),
    operations: payments,
    open: async system => {
      const shop = await stockedShop(system, { name: 'paying', people: buyers, products })
      const seats = new Seats(system)
      const client = httpClient({ connections: maxInFlight })
      return {
        perform: async ({ key = '', input }, number, signal) => {
          const seat = seats.of(number)
          const person = shop.people[number % buyers]
          const productId = shop.products[Number(input)]?.id ?? ''
          const headers = {
            ...(person && bearer(person)),
            'x-request-id': key,
            'x-deadline-ms': `${deadlineMs}`,
          }
          const orders = `${seat.http}/v1/orders`
          const body = { items: [{ productId, quantity: 1 }] }
          const order = { url: orders, method: 'POST', headers, body, signal } as const
          const placed = await client.ask({ ...order, idempotencyKey: key }, answer =>
            httpOutcome(answer, found => created.parse(found).id),
          )
          if (placed.kind !== 'ok') return placed
          const url = `${orders}/${placed.value}/pay`
          return client.ask({ url, method: 'POST', headers, signal }, answer =>
            paid(httpOutcome(answer, found => payment.parse(found).payment)),
          )
        },
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      }
    },
  }
}

function* payments(random: Random): Generator<Operation> {
  for (;;) yield { f: 'pay', key: uuid(random), input: random.integer(0, products - 1) }
}

function paid(outcome: Outcome): Outcome {
  if (outcome.kind !== 'ok' || outcome.value === 'done') return outcome
  const code = 'payment-pending'
  return { kind: 'info', ended: 'refused', status: 202, code, error: `refused: ${code}` }
}
