import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Random } from '../../lab/base/random.ts'
import type { Operation } from '../../lab/model/workload.ts'
import { uuid } from './uuid.ts'

/** So much of a product, which is told by its position in the `StockedShop`. */
const item = z.object({ product: z.number(), quantity: z.number() })
export type Item = z.infer<typeof item>

/** What an operation on an order says of it: who wants what. */
export const orderInput = z.object({ person: z.number(), items: z.array(item) })
export type OrderInput = z.infer<typeof orderInput>

export interface Mix {
  readonly people: number
  readonly products: number
  /** The share of orders that are paid for, cancelled, or both at the same moment. */
  readonly paying: number
  readonly cancelling: number
  readonly both: number
  /** Orders come in twins: four later, somebody wants the same two products the other way round. */
  readonly crossing: boolean
}

/** An order is paid for or cancelled when so many others have been placed since. */
const lag = 20
/** Quantities of the first product of an order, and of the second from there on. */
const quantities = 40

/**
 * Orders of two products each, in whatever order, and what becomes of them: `order`, and later `pay`
 * or `cancel` with the same key. No two orders want the same quantities, so that each is known by its
 * content, even to a service that forgets its key.
 */
export function* shopping(random: Random, mix: Mix): Generator<Operation> {
  const later: (readonly Operation[])[] = []
  for (let number = 0; ; number++) {
    const order = newOrder(random, number, mix)
    yield order
    later.push(after(order, random.next(), mix))
    if (later.length > lag) yield* later.shift() ?? []
  }
}

function newOrder(random: Random, number: number, mix: Mix): Operation {
  const [first, second] = mix.crossing
    ? crossingPair(number, mix.products)
    : anyPair(random, mix.products)
  const input: OrderInput = {
    person: random.integer(0, mix.people - 1),
    items: [
      { product: first, quantity: 1 + (number % quantities) },
      { product: second, quantity: quantities + 1 + Math.floor(number / quantities) },
    ],
  }
  return { f: 'order', key: uuid(random), input }
}

function anyPair(random: Random, products: number): readonly [number, number] {
  const first = random.integer(0, products - 1)
  return [first, (first + random.integer(1, products - 1)) % products]
}

/** How many orders later the twin comes. */
const twinAfter = 4

/** Each pair of products rests after its twins until all others have had theirs. */
function crossingPair(number: number, products: number): readonly [number, number] {
  const place = number % (2 * twinAfter)
  const nth = Math.floor(number / (2 * twinAfter)) * twinAfter + (place % twinAfter)
  const first = (2 * nth) % (products - (products % 2))
  return place < twinAfter ? [first, first + 1] : [first + 1, first]
}

function after({ key = '', input }: Operation, chance: number, mix: Mix): readonly Operation[] {
  const { paying, cancelling, both } = mix
  const pay = { f: 'pay', key, input }
  const cancel = { f: 'cancel', key, input }
  if (chance < paying) return [pay]
  if (chance < paying + cancelling) return [cancel]
  return chance < paying + cancelling + both ? [pay, cancel] : []
}

/** What tells an order from all others. */
export function contentOf(items: readonly Item[]): string {
  const told = items.map(({ product, quantity }) => `${product}:${quantity}`)
  return told.sort().join()
}

/** The id under which an operation is known at the wire: each message of its request carries it. */
export function traceOf({
  f,
  key = '',
}: {
  readonly f: string
  readonly key?: string | undefined
}) {
  return f === 'order' ? key : `${f}-${key}`
}

/** What an operation wanted, and of whom it came, as its answer must echo it. */
export function wanted({ input }: { readonly input: unknown }): Json {
  const { person, items } = orderInput.parse(input)
  return { person, content: contentOf(items) }
}
