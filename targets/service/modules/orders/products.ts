import { type Kysely, sql } from 'kysely'
import { isUniqueViolation } from '../../postgres/errors.ts'
import { notFound, Problem } from '../../problem.ts'
import type { Product } from './product.ts'

type Tables = {
  orders_products: {
    id: string
    sku: string
    name: string
    price_cents: number
    active: boolean
    available: number
    reserved: number
    sold: number
  }
}

interface NewProduct {
  readonly sku: string
  readonly name: string
  readonly price: number
  readonly stock: number
}

/** What is for sale, in Postgres. */
export interface Products {
  /** @throws {Problem} 409 `sku-taken`. */
  add(product: NewProduct): Promise<Product>
  find(id: string): Promise<Product>
  /** Those that are for sale, in no order. */
  many(ids: readonly string[]): Promise<readonly Product[]>
  /** In the order of their SKU, beginning after this one. */
  list(options: { after: string; limit: number; all: boolean }): Promise<readonly Product[]>
  change(
    id: string,
    change: { name?: string | undefined; price?: number | undefined; active?: boolean | undefined },
  ): Promise<Product>
  restock(id: string, quantity: number): Promise<Product>
}

const columns = [
  'id',
  'sku',
  'name',
  'price_cents as priceCents',
  'active',
  'available',
  'reserved',
  'sold',
] as const

export function createProducts(database: Kysely<unknown>): Products {
  const db = database.withTables<Tables>()
  const found = (product: Product | undefined): Product => {
    if (!product) throw notFound('product')
    return product
  }
  return {
    add: async ({ sku, name, price, stock }) => {
      const { rows } = await sql<{ id: string }>`
        insert into orders_products (sku, name, price_cents, available)
        values (${sku}, ${name}, ${price}, ${stock}) returning id`
        .execute(db)
        .catch(error => {
          if (!isUniqueViolation(error, 'orders_products_sku')) throw error
          throw new Problem({ status: 409, code: 'sku-taken', title: 'This SKU is taken.' })
        })
      return createProducts(database).find(rows[0]?.id ?? '')
    },
    find: async id => {
      const query = db.selectFrom('orders_products').select(columns).where('id', '=', id)
      return found(await query.executeTakeFirst())
    },
    many: ids =>
      db
        .selectFrom('orders_products')
        .select(columns)
        .where('id', 'in', ids)
        .where('active', '=', true)
        .execute(),
    list: async ({ after, limit, all }) => {
      let query = db.selectFrom('orders_products').select(columns).where('sku', '>', after)
      if (!all) query = query.where('active', '=', true)
      return query.orderBy('sku').limit(limit).execute()
    },
    change: async (id, { name, price, active }) => {
      const set = {
        ...(name !== undefined && { name }),
        ...(price !== undefined && { price_cents: price }),
        ...(active !== undefined && { active }),
      }
      const query = db.updateTable('orders_products').set(set).where('id', '=', id)
      return found(await query.returning(columns).executeTakeFirst())
    },
    restock: async (id, quantity) => {
      const query = db
        .updateTable('orders_products')
        .set({ available: sql`available + ${quantity}` })
        .where('id', '=', id)
      return found(await query.returning(columns).executeTakeFirst())
    },
  }
}
