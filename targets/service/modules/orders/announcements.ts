import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Logger } from 'pino'
import { currentContext, inTrace } from '../../context.ts'
import type { Waiting } from '../../postgres/lookout.ts'
import type { Transact } from '../../postgres/transaction.ts'
import { createOutbox } from '../../queue/outbox.ts'
import type { OrderStatus } from './order.ts'

/** A new status of an order. Of two of one order, the one with the higher `seq` is the later. */
export interface Announcement {
  readonly orderId: string
  readonly userId: string
  readonly status: OrderStatus
  readonly totalCents: number
  readonly seq: number
}

/** Who keeps a copy of what orders are in. May be told twice, and of the later before the earlier. */
export interface Copy {
  readonly name: 'board' | 'figures'
  tell(announcements: readonly Announcement[]): Promise<void>
}

/** Called in the transaction that changes the order, which is locked. */
export type Announce = (trx: Kysely<unknown>, orderId: string, status: OrderStatus) => Promise<void>

/** Announcements that commit with their change, one for each copy, and wait until they are made. */
export function announceLater(copies: readonly Copy[]): Announce {
  const names = copies.map(({ name }) => name)
  return async (trx, orderId, status) => {
    await sql`
      insert into orders_outbox (copy, order_id, status, trace)
      select unnest(${names}::text[]), ${orderId}, ${status}, ${currentContext().requestId}`.execute(
      trx,
    )
  }
}

/** As it is done where nobody thought of it: what is lost on the way is lost. */
export function announceAtOnce(copies: readonly Copy[], log: Pick<Logger, 'warn'>): Announce {
  return async (trx, orderId, status) => {
    const { rows } = await sql<Announcement>`
      select ${orderId}::uuid as "orderId", ${status} as status, user_id as "userId",
        total_cents as "totalCents", nextval(pg_get_serial_sequence('orders_outbox', 'seq')) as seq
      from orders_orders where id = ${orderId}`.execute(trx)
    for (const copy of copies) {
      await copy.tell(rows).catch(err => log.warn({ err, copy: copy.name }, 'not told'))
    }
  }
}

const batchSize = 200

interface Traced extends Announcement {
  readonly trace: string
}

/** Tells this copy what waits for it, many at once. */
export interface Relay {
  readonly waiting: Waiting
  /** False when nothing waits. Logs each under the id of what changed the order. */
  relay(): Promise<boolean>
}

export function relayTo(copy: Copy, transact: Transact, log: Pick<Logger, 'info'>): Relay {
  const ofOrder = (column: RawBuilder<unknown>) =>
    sql`(select ${column} from orders_orders o where o.id = order_id)`
  const outbox = createOutbox<Traced>(transact, {
    table: sql`orders_outbox`,
    only: sql`copy = ${copy.name}`,
    row: sql`seq, order_id as "orderId", status, trace, ${ofOrder(sql`user_id`)} as "userId",
      ${ofOrder(sql`total_cents`)} as "totalCents"`,
    batch: batchSize,
  })
  const tell = async (rows: readonly Traced[]) => {
    await copy.tell(rows)
    for (const { trace, orderId: order, status } of rows) {
      const about = { event: 'order-told', copy: copy.name, order, status }
      inTrace(trace, () => log.info(about, 'told'))
    }
  }
  return { waiting: outbox.waiting, relay: async () => (await outbox.relay(tell)) > 0 }
}
