import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import { errorRatio, hypothesis, p95 } from '../../lab/model/probes.ts'
import { atMost } from '../../lab/model/tolerances.ts'
import type { Workload } from '../../lab/model/workload.ts'
import { idOf } from './order-clients.ts'
import { contentOf, orderInput } from './order-operations.ts'

/** What checks read out of the operations of `orders` and out of its final reads. */
interface Performed {
  readonly f: string
  readonly input: Json
  readonly answer?: { readonly outcome: Outcome } | undefined
}

const order = z.object({
  id: z.string(),
  number: z.number(),
  status: z.string(),
  history: z.array(z.string()),
  payment: z.string().nullable(),
  totalCents: z.number(),
  charges: z.number(),
  chargedCents: z.number(),
  refundedCents: z.number(),
})
const product = z.object({
  initial: z.number(),
  available: z.number(),
  reserved: z.number(),
  sold: z.number(),
  pending: z.number(),
  paid: z.number(),
})

/** The steady state of whoever orders: on a busy machine, too, most answers take a tenth of this. */
export function steady(workload: Pick<Workload<never>, 'name' | 'perSecond'>) {
  return [
    hypothesis(`${workload.name} are answered quickly`, p95(workload), atMost('500ms')),
    hypothesis(`nearly all ${workload.name} succeed`, errorRatio(workload), atMost(0.02)),
  ]
}

/** For `noLostWrites` of `order`: each order found is one effect, known by its id. */
export const onePerKey = {
  write: 'order',
  promised: ({ answer }: Performed): Json | undefined => answer && idOf(answer.outcome),
  found: (key: string, answer: Json) => booked(answer).map(({ id }) => ({ key, value: id })),
}

/** For `noLostWrites` of `pay`: each successful charge is one effect. */
export const oneCharge = {
  write: 'pay',
  promised: () => 'charged',
  found: (key: string, answer: Json) =>
    booked(answer).flatMap(({ charges }) =>
      Array.from({ length: charges }, () => ({ key, value: 'charged' })),
    ),
}

/** For `answersBelong`, beside `wanted`: whose order an answer shows, and over what. */
export function echoed(answer: Json): Json | undefined {
  const told = orderInput.safeParse(answer).data
  return told && { person: told.person, content: contentOf(told.items) }
}

/** For `counterBounds`: what is reserved or sold of each product is what was ordered and not cancelled. */
export const ordered = {
  read: 'stock',
  amounts: ({ f, input, answer }: Performed): Readonly<Record<string, number>> => {
    if (f !== 'order' && f !== 'cancel') return {}
    const outcome = answer?.outcome
    if (f === 'cancel' && outcome?.kind === 'ok' && !isCancelled(outcome.value)) return {}
    const sign = f === 'order' ? 1 : -1
    const { items } = orderInput.parse(input)
    return Object.fromEntries(items.map(({ product, quantity }) => [product, sign * quantity]))
  },
  value: (answer: Json) => {
    const { reserved, sold } = product.parse(answer)
    return reserved + sold
  },
}

/** For `conservation`: how far a product's row is from its stock at first, and from its orders. */
export const stockAddsUp = {
  read: 'stock',
  quantity: (answer: Json) => {
    const { initial, available, reserved, sold, pending, paid } = product.parse(answer)
    const off = [available + reserved + sold - initial, reserved - pending, sold - paid]
    return off.reduce((sum, each) => sum + Math.abs(each), 0)
  },
  is: 0,
} as const

/** For `conservation`: what is wrong with the state of an order, or with the money for it. */
export const soundOrders = {
  read: 'read',
  quantity: (answer: Json) => booked(answer).reduce((sum, each) => sum + flawsOf(each), 0),
  is: 0,
} as const

/** For `conservation`: payments of which nobody knows in the end. */
export const noneInDoubt = {
  read: 'read',
  quantity: (answer: Json) =>
    booked(answer).filter(({ payment }) => payment !== null && !settled.has(payment)).length,
  is: 0,
} as const

const settled = new Set(['charged', 'declined', 'refunded'])
const ways = new Set(
  [
    ['pending-payment'],
    ['pending-payment', 'paid'],
    ['pending-payment', 'paid', 'shipped'],
    ['pending-payment', 'payment-failed'],
    ['pending-payment', 'cancelled'],
  ].map(way => way.join()),
)

function flawsOf(one: z.infer<typeof order>): number {
  const { status, history, totalCents, charges, chargedCents, refundedCents } = one
  const isPaid = status === 'paid' || status === 'shipped'
  const owedCents = isPaid ? totalCents : 0
  // A payment in doubt may have been charged already.
  const isUnknown = status === 'pending-payment' && one.payment === 'open'
  return [
    !ways.has(history.join()) || history.at(-1) !== status,
    charges > 1,
    !isUnknown && chargedCents - refundedCents !== owedCents,
  ].filter(Boolean).length
}

function booked(answer: Json): readonly z.infer<typeof order>[] {
  return z.array(order).parse(answer)
}

function isCancelled(value: Json): boolean {
  return z.object({ status: z.literal('cancelled') }).safeParse(value).success
}
