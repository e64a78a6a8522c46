import { z } from 'zod'
import type { Clock } from '../../lab/base/clock.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Operation } from '../../lab/model/workload.ts'
import { type HttpAnswer, type HttpClient, httpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { Seats, type WithEndpoints } from './endpoints.ts'
import { type Item, orderInput, traceOf } from './order-operations.ts'
import { bearer } from './people.ts'
import type { StockedShop } from './stocked-shop.ts'

export interface ClientOptions {
  readonly connections: number
  /** How long the service may take for each answer. */
  readonly deadlineMs: number
  /** So often a request is sent again of which nobody could say what became of it. */
  readonly again: number
}

/** What the service says of an order, in the words of the operations. */
const answer = z.object({
  id: z.string(),
  number: z.number(),
  status: z.string(),
  userId: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number() })),
  payment: z.enum(['pending', 'done']).optional(),
})
/** Who pays and cancels at once is told by one of the two that it came too late. */
const tooLate = new Set(['wrong-state', 'payment-pending'])
const refusedLate = z.object({ tooLate: z.string() })
const code = 'too-late'
const afterAll = { kind: 'info', ended: 'refused', code, error: `refused: ${code}` } as const
const againAfterMs = 100

/** Places, pays for and cancels orders, each for the person its operation names. */
export class OrderClients implements AsyncDisposable {
  readonly #shop: StockedShop
  readonly #clock: Clock
  readonly #options: ClientOptions
  readonly #seats: Seats
  readonly #http: HttpClient
  /** By the key of the order; an id where it was confirmed. */
  readonly #placed = new Map<string, Promise<string | undefined>>()

  constructor(system: WithEndpoints, shop: StockedShop, clock: Clock, options: ClientOptions) {
    this.#shop = shop
    this.#clock = clock
    this.#options = options
    this.#seats = new Seats(system)
    this.#http = httpClient({ connections: options.connections })
  }

  /** An order; to pay for or to cancel one waits until it was answered, and fails without it. */
  async perform(operation: Operation, client: number, signal: AbortSignal): Promise<Outcome> {
    const { f, key = '' } = operation
    if (f === 'order') {
      const outcome = this.#untilTold(operation, '/v1/orders', client, signal)
      this.#placed.set(key, outcome.then(idOf))
      return outcome
    }
    const id = await this.#placed.get(key)
    if (id !== undefined) {
      return this.#untilTold(operation, `/v1/orders/${id}/${f}`, client, signal)
    }
    return { kind: 'fail', ended: 'refused', code: 'not-placed', error: 'refused: not-placed' }
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#http[Symbol.asyncDispose]()
  }

  async #untilTold(operation: Operation, path: string, client: number, signal: AbortSignal) {
    for (let left = this.#options.again; ; left--) {
      const outcome = await this.#seats.ask(client, ({ http }) =>
        this.#ask(operation, `${http}${path}`, signal),
      )
      const isFirst = left === this.#options.again
      const isTooLate = outcome.kind === 'ok' && refusedLate.safeParse(outcome.value).success
      if (outcome.kind === 'ok' ? isFirst || !isTooLate : isFirst && outcome.kind === 'fail') {
        return outcome
      }
      // What an earlier request has done nobody knows, whatever became of this one: it may itself
      // be what this one came too late for.
      if (outcome.kind === 'ok') return afterAll
      if (left <= 0 || signal.aborted) return { ...outcome, kind: 'info' as const }
      await this.#clock.sleep(againAfterMs, signal).catch(() => {})
    }
  }

  #ask(operation: Operation, url: string, signal: AbortSignal): Promise<Outcome> {
    const { person, items } = orderInput.parse(operation.input)
    const { people, products } = this.#shop
    const buyer = people[person]
    if (!buyer) throw new RangeError(`There are ${people.length} people, and no ${person}.`)
    const headers = {
      ...bearer(buyer),
      'x-request-id': traceOf(operation),
      'x-deadline-ms': `${this.#options.deadlineMs}`,
    }
    const common = { url, method: 'POST', headers, signal } as const
    const lines = items.map(({ product, quantity }) => {
      return { productId: products[product]?.id ?? '', quantity }
    })
    const request =
      operation.f === 'order'
        ? { ...common, body: { items: lines }, idempotencyKey: operation.key ?? '' }
        : common
    return this.#http.ask(request, answered => this.#outcomeOf(answered))
  }

  #outcomeOf(answered: HttpAnswer): Outcome {
    const outcome = httpOutcome(answered, body => this.#read(body))
    if (outcome.kind === 'ok' || !tooLate.has(outcome.code ?? '')) return outcome
    return { kind: 'ok', value: { tooLate: outcome.code } }
  }

  /** Says whose it is, and what was ordered, as its caller would check it. */
  #read(body: unknown): Json {
    const { userId, lines, ...rest } = answer.parse(body)
    const { people, products } = this.#shop
    const items = lines.map(({ sku, quantity }): Item => {
      return { product: products.findIndex(product => product.sku === sku), quantity }
    })
    return { ...rest, person: people.findIndex(each => each.userId === userId), items }
  }
}

const placed = z.object({ id: z.string() })

/** Of a confirmed order. */
export function idOf(outcome: Outcome): string | undefined {
  return outcome.kind === 'ok' ? placed.parse(outcome.value).id : undefined
}
