import { type Kysely, sql } from 'kysely'
import type { Item, Order } from './order.ts'

type Tables = {
  checkout_orders: {
    id: string
    items: Item[]
    total_cents: number
    status: Order['status']
    created_at: Date
    confirmed_at: Date | null
  }
}

/** Orders of the checkout, in Postgres. */
export interface Orders {
  /** Stores the order as pending, or returns the one that has this id already. */
  open(order: Order): Promise<Order>
  confirm(orderId: string): Promise<void>
  find(orderId: string): Promise<Order | undefined>
}

export function createOrders(database: Kysely<unknown>): Orders {
  const db = database.withTables<Tables>()
  const find = async (orderId: string) => {
    const row = await db
      .selectFrom('checkout_orders')
      .select(['id as orderId', 'items', 'total_cents as totalCents', 'status'])
      .where('id', '=', orderId)
      .executeTakeFirst()
    return row
  }
  return {
    find,
    open: async order => {
      const { orderId, items, totalCents, status } = order
      const inserted = await db
        .insertInto('checkout_orders')
        .columns(['id', 'items', 'total_cents', 'status'])
        .values({
          id: orderId,
          items: sql`${JSON.stringify(items)}::jsonb`,
          total_cents: totalCents,
          status,
          created_at: sql`now()`,
          confirmed_at: null,
        })
        .onConflict(conflict => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst()
      return inserted ? order : ((await find(orderId)) ?? order)
    },
    confirm: async orderId => {
      await db
        .updateTable('checkout_orders')
        .set({ status: 'confirmed', confirmed_at: sql`now()` })
        .where('id', '=', orderId)
        .where('status', '=', 'pending')
        .execute()
    },
  }
}
