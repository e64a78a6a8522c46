import { z } from 'zod'
import type { Random } from '../../lab/base/random.ts'
import type { Entry } from '../../lab/journal/journal.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { type HttpClient, httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { type Endpoint, endpointAt, Seats, type WithEndpoints } from './endpoints.ts'
import { uuid } from './uuid.ts'

/** How long the service may take for an answer, whatever that answer is; every request says so. */
const deadlineMs = 800

/** The same as the client sees it, who also waits for the network and for its turn on a busy machine. */
export const checkoutDeadlineMs = deadlineMs + 200

const giveUpMs = 4_000
const maxInFlight = 400
const order = z.object({ totalCents: z.number() })
const session = z.object({ totalCents: z.number() })
const kept = z.object({ totalCents: z.number(), status: z.string() })
const request = z.object({
  items: z.array(z.object({ quantity: z.number(), priceCents: z.number() })),
})

export interface CheckoutOptions {
  readonly perSecond: Workload['perSecond']
  /**
   * Clients stay where they are, as behind a name of one address, so that `seatOf` tells each
   * instance's own traffic. Default false: whoever is cut off goes to the next instance.
   */
  readonly stays?: boolean
  /** Only this instance, from 1, is used, and all stay there; the workload is named `checkout-1`, …. */
  readonly at?: number
  /** What the final reads ask for: what was written to Redis (default), or to Postgres. */
  readonly finds?: 'sessions' | 'orders'
}

/**
 * Shoppers who buy: each checkout writes an order (Postgres) and a session (Redis), under an id that
 * the client made up, so that it can be asked for afterwards. The final reads ask for each that was
 * tried.
 */
export function checkout(options: CheckoutOptions): Workload<WithEndpoints> {
  const { at, stays = at !== undefined, finds = 'sessions' } = options
  const read = finds === 'orders' ? readOrder : readSession
  return {
    name: at === undefined ? 'checkout' : `checkout-${at}`,
    perSecond: options.perSecond,
    clients: 8,
    maxInFlight,
    giveUpMs,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: purchases,
    open: async system => {
      const seats = new Seats(system)
      const shared = httpClient({ connections: maxInFlight })
      return {
        perform: (operation, client, signal) => {
          const ask = operation.f === 'read' ? read : buy
          const send = ({ http }: Endpoint) => ask(shared, http, operation, signal)
          if (at !== undefined) return send(endpointAt(system, at))
          return stays ? send(seats.of(client)) : seats.ask(client, send)
        },
        [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
      }
    },
    finale: tried,
  }
}

function* purchases(random: Random): Generator<Operation> {
  for (;;) {
    const orderId = uuid(random)
    const items = [
      {
        sku: `sku-${random.integer(1, 50)}`,
        quantity: random.integer(1, 3),
        priceCents: random.integer(100, 9_999),
      },
    ]
    yield { f: 'checkout', key: orderId, input: { orderId, items } }
  }
}

function* tried(journal: readonly Entry[]): Generator<Operation> {
  for (const entry of journal) {
    if (entry.kind === 'invoke' && entry.f === 'checkout' && entry.key !== undefined) {
      yield { f: 'read', key: entry.key, input: null }
    }
  }
}

function buy(client: HttpClient, http: string, operation: Operation, signal: AbortSignal) {
  const headers = { 'x-request-id': operation.key ?? '', 'x-deadline-ms': `${deadlineMs}` }
  const body = operation.input
  return client.ask({ url: `${http}/checkout`, method: 'POST', headers, body, signal }, answer =>
    httpOutcome(answer, found => order.parse(found).totalCents),
  )
}

function readSession(client: HttpClient, http: string, operation: Operation, signal: AbortSignal) {
  return client.ask({ url: `${http}/sessions/${operation.key}`, signal }, answer => {
    if (answer.status === 404) return { kind: 'ok', value: null }
    return httpOutcome(answer, found => session.parse(found).totalCents)
  })
}

/** One that is only pending ships nothing: there is none. */
function readOrder(client: HttpClient, http: string, operation: Operation, signal: AbortSignal) {
  return client.ask({ url: `${http}/orders/${operation.key}`, signal }, answer => {
    if (answer.status === 404) return { kind: 'ok', value: null }
    return httpOutcome(answer, found => {
      const { totalCents, status } = kept.parse(found)
      return status === 'confirmed' ? totalCents : null
    })
  })
}

/** What a confirmed checkout promised to leave behind: a session, and an order, over this total. */
export function promisedTotal(operation: { readonly input: unknown }): number {
  const { items } = request.parse(operation.input)
  return items.reduce((sum, { quantity, priceCents }) => sum + quantity * priceCents, 0)
}

/** Every request carries its order's id to the wire: in Redis as the session's key. */
export function sessionKey(operation: { readonly key?: string | undefined }): string {
  return `session:${operation.key}`
}
