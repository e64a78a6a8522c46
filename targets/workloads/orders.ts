import type { Entry, Outcome } from '../../lab/journal/journal.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { type Books, readBooks, type WithGateway } from './order-books.ts'
import { OrderClients } from './order-clients.ts'
import { contentOf, type Mix, orderInput, shopping } from './order-operations.ts'
import type { WithPeople } from './people.ts'
import { stockedShop } from './stocked-shop.ts'

export interface OrdersOptions<System> {
  readonly perSecond: Workload['perSecond']
  /** Default `orders`. Two in one run have people and products of their own. */
  readonly name?: string
  /** Fewer products are fought over more; default 12, at least 2. */
  readonly products?: number
  /** Default 4. */
  readonly people?: number
  /** The share of orders that are paid for, cancelled, or both at the same moment; default 0. */
  readonly paying?: number
  readonly cancelling?: number
  readonly both?: number
  /**
   * Orders come in twins, of which the second wants the same two products the other way round, four
   * orders later: at once only where placing an order takes long. Default false.
   */
  readonly crossing?: boolean
  /** So often a request is sent again, with its key, where nobody could say what became of it. Default 0. */
  readonly again?: number
  /** How long the service may take for each answer; default 1000. */
  readonly deadlineMs?: number
  /** The database that the final reads ask; default the one that the service was told of. */
  readonly database?: (system: System) => string
}

export type WithOrders = WithPeople & WithGateway

const maxInFlight = 400

/**
 * People who order: each `order` has an Idempotency-Key (the operation's key) and a content of its
 * own, and is later paid for or cancelled, by the shares. The final reads ask, past the service, for
 * every order that was tried (`read`), and for every product (`stock`).
 */
export function orders<System extends WithOrders = WithOrders>(
  options: OrdersOptions<System>,
): Workload<System> {
  const { name = 'orders', products = 12, people = 4, again = 0, deadlineMs = 1_000 } = options
  const { paying = 0, cancelling = 0, both = 0, crossing = false } = options
  const { database = ({ postgres }: System) => postgres.url } = options
  const mix: Mix = { people, products, paying, cancelling, both, crossing }
  return {
    name,
    perSecond: options.perSecond,
    // Odd, so that orders and what becomes of them, by turns, are not each bound to one of two instances.
    clients: 7,
    maxInFlight,
    giveUpMs: deadlineMs + 3_000,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: random => shopping(random, mix),
    open: async (system, { clock }) => {
      const shop = await stockedShop(system, { name, people, products })
      const connections = maxInFlight
      const clients = new OrderClients(system, shop, clock, { connections, deadlineMs, again })
      const books = onDemand(() => readBooks(database(system), shop, system.peers.payments))
      return {
        perform: async (operation, client, signal) => {
          if (operation.f === 'read') return found(operation, await books())
          if (operation.f === 'stock') return shelf(operation, await books())
          return clients.perform(operation, client, signal)
        },
        [Symbol.asyncDispose]: async () => clients[Symbol.asyncDispose](),
      }
    },
    finale: journal => wholeBooks(journal, products),
  }
}

function* wholeBooks(journal: readonly Entry[], products: number): Generator<Operation> {
  for (const entry of journal) {
    if (entry.kind !== 'invoke' || entry.f !== 'order' || entry.key === undefined) continue
    yield { f: 'read', key: entry.key, input: entry.input }
  }
  for (let product = 0; product < products; product++) {
    yield { f: 'stock', key: `${product}`, input: null }
  }
}

function found({ input }: Operation, { orders }: Books): Outcome {
  const { items } = orderInput.parse(input)
  const booked = orders.get(contentOf(items)) ?? []
  return { kind: 'ok', value: booked.map(order => ({ ...order })) }
}

function shelf({ key }: Operation, { products }: Books): Outcome {
  const product = products[Number(key)]
  if (!product) throw new RangeError(`There is no product ${key}.`)
  return { kind: 'ok', value: { ...product } }
}

/** Once, when the first asks; again where that failed. */
function onDemand<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined
  return async () => {
    loading ??= load()
    try {
      return await loading
    } catch (error) {
      loading = undefined
      throw error
    }
  }
}
