import { Client } from 'pg'
import { z } from 'zod'
import type { Payments } from '../payments.ts'
import { contentOf, type Item } from './order-operations.ts'
import { initialStock, type StockedShop } from './stocked-shop.ts'

/** A shop whose gateway, where it has one, shows its books. */
export interface WithGateway {
  readonly peers: { readonly payments?: Pick<Payments, 'statement'> }
}

/** An order as the database and the gateway have it. */
export interface BookedOrder {
  readonly id: string
  readonly number: number
  readonly person: number
  readonly status: string
  readonly history: readonly string[]
  readonly payment: string | null
  readonly totalCents: number
  /** Successful charges, and what they come to; 0 where there is no gateway. */
  readonly charges: number
  readonly chargedCents: number
  readonly refundedCents: number
}

/** A product's row, beside what the orders in the same database come to. */
export interface BookedProduct {
  readonly initial: number
  readonly available: number
  readonly reserved: number
  readonly sold: number
  /** In orders that may still be paid, and in those that are. */
  readonly pending: number
  readonly paid: number
}

export interface Books {
  /** By the content of the order: more than one where it was placed more than once. */
  readonly orders: ReadonlyMap<string, readonly BookedOrder[]>
  readonly products: readonly BookedProduct[]
}

/** Reads all at once, past the service: the database from a single snapshot, then the gateway. */
export async function readBooks(
  url: string,
  { people, products }: StockedShop,
  gateway: WithGateway['peers']['payments'],
): Promise<Books> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const skus = products.map(({ sku }) => sku)
    await client.query('begin isolation level repeatable read read only')
    const found = rows.parse((await client.query(ordersQuery, [skus])).rows)
    const stock = stockRows.parse((await client.query(stockQuery, [skus])).rows)
    const money = await moneyIn(gateway)
    const booked = found.map(({ lines, userId, ...row }) => {
      const items = lines.map(
        ({ sku, quantity }): Item => ({ product: skus.indexOf(sku), quantity }),
      )
      const person = people.findIndex(each => each.userId === userId)
      return { content: contentOf(items), order: { ...row, person, ...money(row.number) } }
    })
    return {
      orders: new Map(
        [...Map.groupBy(booked, ({ content }) => content)].map(([content, own]) => {
          return [content, own.map(({ order }) => order)]
        }),
      ),
      products: stock
        .toSorted((a, b) => skus.indexOf(a.sku) - skus.indexOf(b.sku))
        .map(({ sku: _, ...row }) => ({ initial: initialStock, ...row })),
    }
  } finally {
    await client.end()
  }
}

const rows = z.array(
  z.object({
    id: z.string(),
    number: z.number(),
    userId: z.string(),
    status: z.string(),
    totalCents: z.number(),
    payment: z.string().nullable(),
    lines: z.array(z.object({ sku: z.string(), quantity: z.number() })),
    history: z.array(z.string()),
  }),
)
const ordersQuery = `
  select id, number::int, user_id as "userId", o.status, total_cents::int as "totalCents",
    p.status as payment,
    (select json_agg(json_build_object('sku', sku, 'quantity', quantity))
     from orders_lines where order_id = o.id) as lines,
    (select json_agg(status order by id) from orders_events where order_id = o.id) as history
  from orders_orders o left join orders_payments p on p.order_id = o.id
  where exists (select from orders_lines where order_id = o.id and sku = any($1))`

const stockRows = z.array(
  z.object({
    sku: z.string(),
    available: z.number(),
    reserved: z.number(),
    sold: z.number(),
    pending: z.number(),
    paid: z.number(),
  }),
)
const stockQuery = `
  select p.sku, available, reserved, sold,
    coalesce(sum(quantity) filter (where status = 'pending-payment'), 0)::int as pending,
    coalesce(sum(quantity) filter (where status in ('paid', 'shipped')), 0)::int as paid
  from orders_products p
    left join orders_lines l on l.product_id = p.id
    left join orders_orders o on o.id = l.order_id
  where p.sku = any($1) group by p.id`

/** By the number of the order, which the gateway knows as its reference. */
async function moneyIn(gateway: WithGateway['peers']['payments']) {
  const { charges, refunds } = (await gateway?.statement()) ?? { charges: [], refunds: [] }
  const succeeded = charges.filter(({ status }) => status === 'succeeded')
  const byReference = Map.groupBy(succeeded, ({ reference }) => reference)
  const refunded = Map.groupBy(refunds, ({ chargeKey }) => chargeKey)
  return (number: number) => {
    const own = byReference.get(`${number}`) ?? []
    const back = own.flatMap(({ key }) => refunded.get(key) ?? [])
    return { charges: own.length, chargedCents: sum(own), refundedCents: sum(back) }
  }
}

function sum(entries: readonly { readonly amountCents: number }[]): number {
  return entries.reduce((total, { amountCents }) => total + amountCents, 0)
}
