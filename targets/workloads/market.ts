import { z } from 'zod'
import type { Random } from '../../lab/base/random.ts'
import type { Entry, Outcome } from '../../lab/journal/journal.ts'
import type { Operation, Workload, WorkloadClients } from '../../lab/model/workload.ts'
import { type HttpRequest, httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { mixed } from '../../lab/workloads/inputs.ts'
import type { Marketplace } from '../marketplace.ts'
import { Seats } from './endpoints.ts'
import { bearer, type Person, signInPeople, type WithPeople } from './people.ts'
import { uuid } from './uuid.ts'

/** A system that asks a third party's marketplace, which can also be reached past the service. */
export interface WithMarketplace extends WithPeople {
  readonly peers: { readonly marketplace: Pick<Marketplace, 'url' | 'apiKey' | 'statement'> }
}

export interface MarketOptions {
  readonly perSecond: number
  /** Default `market`. */
  readonly name?: string
  /**
   * `fresh`: a copy is not what these people came for: `fail`, with the code `stale-copy`. Default
   * `anything`: a copy that says it is one is ok.
   */
  readonly wants?: 'fresh' | 'anything'
  /** How many of a hundred operations buy; default none. Only these are read in the end. */
  readonly buying?: number
  /** How many of a hundred change a stock at the marketplace itself; default none. */
  readonly restocking?: number
  /** How long the service may take for an answer; default 1000. */
  readonly deadlineMs?: number
}

const maxInFlight = 300
const signedIn = 2
/** What the marketplace sells, and how many at first. */
const goods = { lamp: 1_000, sofa: 2 } as const
const skus = Object.keys(goods) as [keyof typeof goods, ...(keyof typeof goods)[]]
/** Stocks that are set are above all that there are at first, and each another. */
const firstStock = 10_000

const shown = z.object({
  sku: z.string(),
  title: z.string().min(1),
  priceCents: z.int().positive(),
  stock: z.int().min(0),
  stale: z.boolean(),
})
const bought = z.object({ sku: z.string(), quantity: z.int() })
const asked = z.object({ id: z.string() })

/**
 * Signed-in people who `look` at products of the marketplace through the service (key: the product;
 * an ok look is what they were shown), and may `buy` there (key: the idempotency key, by which the
 * final reads look for the order in the marketplace's own books). Its merchant may `restock`.
 */
export function market(options: MarketOptions): Workload<WithMarketplace> {
  const { perSecond, name = 'market', buying = 0, deadlineMs = 1_000 } = options
  return {
    name,
    perSecond,
    clients: 8,
    maxInFlight,
    giveUpMs: deadlineMs + 4_000,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: random => operations(random, options),
    open: async system => clientsOf(system, await signInPeople(system, signedIn), options),
    ...(buying > 0 && { finale: purchases }),
  }
}

/** By which a look or a purchase is known on its way to the marketplace. */
export function requestId({ input }: { readonly input: unknown }): string | undefined {
  return asked.safeParse(input).data?.id
}

/** The stock that an answer shows; null: the one that the marketplace began with. */
export function shownStock(answer: unknown): number | null {
  const { stock } = shown.parse(answer)
  return stock < firstStock ? null : stock
}

/** The product that a look or a purchase asks for. */
export function askedSku({ f, key }: { readonly f: string; readonly key?: string | undefined }) {
  return f === 'look' ? key : 'lamp'
}

/** The product that its answer is about. */
export function answeredSku(answer: unknown): string {
  return z.object({ sku: z.string() }).parse(answer).sku
}

function operations(random: Random, { buying = 0, restocking = 0 }: MarketOptions) {
  return mixed(random, [
    {
      weight: 100 - buying - restocking,
      make: () => ({ f: 'look', key: random.pick(skus), input: { id: uuid(random) } }),
    },
    {
      weight: restocking,
      make: (_, number) => ({ f: 'restock', key: random.pick(skus), input: firstStock + number }),
    },
    {
      weight: buying,
      make: () => {
        const id = uuid(random)
        // Of sofas there are two: only lamps are bought.
        return { f: 'buy', key: id, input: { id, sku: 'lamp', quantity: 1 } }
      },
    },
  ])
}

function clientsOf(
  system: WithMarketplace,
  people: readonly Person[],
  { wants = 'anything', deadlineMs = 1_000 }: MarketOptions,
): WorkloadClients {
  const { marketplace } = system.peers
  const seats = new Seats(system)
  const client = httpClient({ connections: maxInFlight })
  let books: ReturnType<Marketplace['statement']> | undefined
  const ask = (operation: Operation, number: number, request: Omit<HttpRequest, 'headers'>) => {
    const person = people[number % people.length]
    const headers = {
      ...(person && bearer(person)),
      'x-request-id': requestId(operation) ?? '',
      'x-deadline-ms': `${deadlineMs}`,
    }
    const url = `${seats.of(number).http}/v1/marketplace${request.url}`
    return { ...request, url, headers }
  }
  return {
    perform: async (operation, number, signal) => {
      const { f, key = '', input } = operation
      if (f === 'read') {
        books ??= marketplace.statement()
        const orders = (await books).orders.filter(order => order.key.endsWith(`:${key}`))
        return { kind: 'ok', value: orders.map(({ sku, quantity }) => ({ sku, quantity })) }
      }
      if (f === 'restock') {
        const url = `${marketplace.url}/products/${key}/stock`
        const headers = { 'x-api-key': marketplace.apiKey }
        const request = {
          url,
          method: 'PUT',
          headers,
          body: { stock: Number(input) },
          signal,
        } as const
        return client.ask(request, answer => httpOutcome(answer, () => input))
      }
      if (f === 'buy') {
        const body = bought.parse(input)
        const order = { url: '/orders', method: 'POST', body, idempotencyKey: key, signal } as const
        return client.ask(ask(operation, number, order), answer =>
          httpOutcome(answer, found => bought.parse(found)),
        )
      }
      return client.ask(ask(operation, number, { url: `/products/${key}`, signal }), answer => {
        const outcome = httpOutcome(answer, found => shown.parse(found))
        return wants === 'fresh' ? onlyFresh(outcome) : outcome
      })
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  }
}

function onlyFresh(outcome: Outcome): Outcome {
  if (outcome.kind !== 'ok' || !shown.parse(outcome.value).stale) return outcome
  const code = 'stale-copy'
  return { kind: 'fail', ended: 'refused', status: 200, code, error: `refused: ${code}` }
}

function* purchases(journal: readonly Entry[]): Generator<Operation> {
  for (const entry of journal) {
    if (entry.kind === 'invoke' && entry.f === 'buy' && entry.key !== undefined) {
      yield { f: 'read', key: entry.key, input: null }
    }
  }
}
