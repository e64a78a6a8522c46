import { Client } from 'pg'
import { z } from 'zod'
import { oncePerRun } from './once-per-run.ts'
import { type Person, signInPeople, type WithPeople } from './people.ts'

/** Who buys, and what there is to buy: operations name both by their position here. */
export interface StockedShop {
  readonly people: readonly Person[]
  readonly products: readonly Product[]
}

export interface Product {
  readonly id: string
  readonly sku: string
}

export interface Stocking {
  /** Whose shop it is: people and SKUs of two workloads are apart. */
  readonly name: string
  readonly people: number
  readonly products: number
}

/** Of each product there is so much at first, which is more than any run sells. */
export const initialStock = 1_000_000

const priceCents = 10_00
const stocked = oncePerRun<StockedShop>()

/** People who are signed in and products on sale, put into the database past the service; once. */
export function stockedShop(system: WithPeople, stocking: Stocking): Promise<StockedShop> {
  return stocked(system, stocking.name, () => stock(system, stocking))
}

async function stock(system: WithPeople, { name, people, products }: Stocking) {
  const skus = Array.from({ length: products }, (_, number) => `${name}-${number}`)
  return {
    people: await signInPeople(system, people),
    products: await putOnSale(system.postgres.url, skus),
  }
}

const rows = z.array(z.object({ id: z.string(), sku: z.string() }))

async function putOnSale(url: string, skus: readonly string[]): Promise<readonly Product[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows: found } = await client.query(
      `insert into orders_products (sku, name, price_cents, available)
       select sku, 'A thing', $2, $3 from unnest($1::text[]) as sku returning id, sku`,
      [skus, priceCents, initialStock],
    )
    return rows.parse(found).toSorted((a, b) => skus.indexOf(a.sku) - skus.indexOf(b.sku))
  } finally {
    await client.end()
  }
}
