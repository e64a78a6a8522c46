import { type Kysely, sql } from 'kysely'
import { notFound } from '../../problem.ts'
import type { Announce } from './announcements.ts'
import type { Totals } from './money.ts'
import { type Order, type OrderLine, type OrderStatus, refuseTransition } from './order.ts'

type Tables = {
  orders_orders: {
    id: string
    number: number
    user_id: string
    idempotency_key: string | null
    fingerprint: string
    status: OrderStatus
    subtotal_cents: number
    tax_cents: number
    shipping_cents: number
    total_cents: number
    created_at: Date
  }
  orders_lines: {
    order_id: string
    product_id: string
    sku: string
    name: string
    unit_price_cents: number
    quantity: number
  }
  orders_events: { order_id: string; status: OrderStatus; at: Date }
}

interface NewOrder extends Totals {
  readonly userId: string
  readonly idempotencyKey: string | null
  readonly fingerprint: string
  readonly lines: readonly OrderLine[]
}

/**
 * Orders, in Postgres; made for one database or one transaction. Who changes one says how it is
 * announced.
 */
export interface Orders {
  /** @throws a unique violation of `orders_orders_key` when the key is taken. */
  add(order: NewOrder): Promise<string>
  byKey(userId: string, key: string): Promise<{ id: string; fingerprint: string } | undefined>
  /** @throws {Problem} 404. */
  find(id: string): Promise<Order>
  /** The same, locked until the transaction ends. @throws {Problem} 404. */
  lock(id: string): Promise<Order>
  lines(id: string): Promise<readonly OrderLine[]>
  linesOf(ids: readonly string[]): Promise<readonly (OrderLine & { orderId: string })[]>
  history(id: string): Promise<readonly { status: OrderStatus; at: Date }[]>
  list(userId: string, options: { after: number; limit: number }): Promise<readonly Order[]>
  /** Locks the order until the transaction ends. @throws {Problem} 404, 409 `wrong-state`. */
  move(id: string, to: OrderStatus): Promise<Order>
}

const columns = [
  'id',
  'number',
  'user_id as userId',
  'status',
  'subtotal_cents as subtotalCents',
  'tax_cents as taxCents',
  'shipping_cents as shippingCents',
  'total_cents as totalCents',
  'created_at as createdAt',
] as const

export function createOrders(
  database: Kysely<unknown>,
  announce: Announce = async () => {},
): Orders {
  const db = database.withTables<Tables>()
  const found = (order: Order | undefined): Order => {
    if (!order) throw notFound('order')
    return order
  }
  const byId = (id: string) => db.selectFrom('orders_orders').select(columns).where('id', '=', id)
  const lock = async (id: string) => found(await byId(id).forUpdate().executeTakeFirst())
  const log = async (id: string, status: OrderStatus) => {
    await sql`insert into orders_events (order_id, status) values (${id}, ${status})`.execute(db)
    await announce(database, id, status)
  }
  const lines = db
    .selectFrom('orders_lines')
    .select(['product_id as productId', 'sku', 'name', 'quantity'])
    .select('unit_price_cents as unitPriceCents')
    .orderBy('sku')
  return {
    add: async order => {
      const { rows } = await sql<{ id: string }>`
        insert into orders_orders (user_id, idempotency_key, fingerprint, status,
          subtotal_cents, tax_cents, shipping_cents, total_cents)
        values (${order.userId}, ${order.idempotencyKey}, ${order.fingerprint}, 'pending-payment',
          ${order.subtotalCents}, ${order.taxCents}, ${order.shippingCents}, ${order.totalCents})
        returning id`.execute(db)
      const id = rows[0]?.id ?? ''
      await insertLines(db, id, order.lines)
      await log(id, 'pending-payment')
      return id
    },
    byKey: (userId, key) =>
      db
        .selectFrom('orders_orders')
        .select(['id', 'fingerprint'])
        .where('user_id', '=', userId)
        .where('idempotency_key', '=', key)
        .executeTakeFirst(),
    find: async id => found(await byId(id).executeTakeFirst()),
    lines: id => lines.where('order_id', '=', id).execute(),
    linesOf: ids => lines.select('order_id as orderId').where('order_id', 'in', ids).execute(),
    history: id =>
      db
        .selectFrom('orders_events')
        .select(['status', 'at'])
        .where('order_id', '=', id)
        .orderBy('at')
        .execute(),
    list: (userId, { after, limit }) =>
      db
        .selectFrom('orders_orders')
        .select(columns)
        .where('user_id', '=', userId)
        .where('number', '>', after)
        .orderBy('number')
        .limit(limit)
        .execute(),
    lock,
    move: async (id, to) => {
      const order = await lock(id)
      refuseTransition(order.status, to)
      await db.updateTable('orders_orders').set({ status: to }).where('id', '=', id).execute()
      await log(id, to)
      return { ...order, status: to }
    },
  }
}

async function insertLines(
  db: Kysely<Tables>,
  orderId: string,
  lines: readonly OrderLine[],
): Promise<void> {
  await db
    .insertInto('orders_lines')
    .values(
      lines.map(line => ({
        order_id: orderId,
        product_id: line.productId,
        sku: line.sku,
        name: line.name,
        unit_price_cents: line.unitPriceCents,
        quantity: line.quantity,
      })),
    )
    .execute()
}
