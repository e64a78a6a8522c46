import { z } from 'zod'
import { seeded } from '../../lab/base/random.ts'
import type { Workload } from '../../lab/model/workload.ts'
import { httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { checkout } from './checkout.ts'
import { Seats, type WithEndpoints } from './endpoints.ts'

const placeWithinMs = 10_000
const order = z.object({ totalCents: z.number() })

/** Shoppers who look up an order of theirs, which Postgres has: they change nothing. */
export function lookups(options: { readonly perSecond: number }): Workload<WithEndpoints> {
  return {
    name: 'lookups',
    perSecond: options.perSecond,
    clients: 8,
    maxInFlight: 200,
    giveUpMs: 4_000,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: function* () {
      for (;;) yield { f: 'look-up', input: null }
    },
    open: async (system, context) => {
      const seats = new Seats(system)
      const id = await placed(system, context)
      const shared = httpClient({ connections: 200 })
      return {
        perform: (_, client, signal) =>
          seats.ask(client, ({ http }) =>
            shared.ask({ url: `${http}/orders/${id}`, signal }, answer =>
              httpOutcome(answer, found => order.parse(found).totalCents),
            ),
          ),
        [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
      }
    },
  }
}

/** The id of an order that is there to be looked up. @throws {Error} where it was refused. */
async function placed(...of: Parameters<Workload<WithEndpoints>['open']>): Promise<string> {
  const buying = checkout({ perSecond: 1 })
  await using clients = await buying.open(...of)
  const { value: operation } = buying.operations(seeded(Date.now())).next()
  const outcome = await clients.perform(operation, 0, AbortSignal.timeout(placeWithinMs))
  if (outcome.kind !== 'ok') throw new Error(`no order to look up: ${outcome.error}`)
  return operation.key
}
