import { type Kysely, sql } from 'kysely'
import type { Wanted } from './stock.ts'

export interface CartItem extends Wanted {
  readonly sku: string
  readonly name: string
  readonly unitPriceCents: number
}

/** What a person means to buy, with today's prices. */
export interface Carts {
  items(userId: string): Promise<readonly CartItem[]>
  /** Nothing for a quantity of 0. */
  put(userId: string, item: Wanted): Promise<void>
  /** Takes out what was ordered; what was put in since stays. */
  take(userId: string, items: readonly Wanted[]): Promise<void>
}

export function createCarts(db: Kysely<unknown>): Carts {
  return {
    items: async userId => {
      const { rows } = await sql<CartItem>`
        select p.id as "productId", p.sku, p.name, p.price_cents as "unitPriceCents", c.quantity
        from orders_cart_items c join orders_products p on p.id = c.product_id
        where c.user_id = ${userId} order by p.sku`.execute(db)
      return rows
    },
    put: async (userId, { productId, quantity }) => {
      if (quantity === 0) {
        await sql`
          delete from orders_cart_items
          where user_id = ${userId} and product_id = ${productId}`.execute(db)
        return
      }
      await sql`
        insert into orders_cart_items (user_id, product_id, quantity)
        values (${userId}, ${productId}, ${quantity})
        on conflict (user_id, product_id) do update set quantity = excluded.quantity`.execute(db)
    },
    take: async (userId, items) => {
      for (const { productId, quantity } of items) {
        await sql`
          delete from orders_cart_items
          where user_id = ${userId} and product_id = ${productId} and quantity = ${quantity}
        `.execute(db)
      }
    },
  }
}
