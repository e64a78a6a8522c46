import { type Kysely, sql } from 'kysely'
import { currentContext } from '../context.ts'
import type { Waiting } from '../postgres/lookout.ts'

/**
 * `open`: the gateway is or was asked, and what came of it is not known. `refund`: whatever it
 * charged must be paid back. `unresolved`: nobody here could find out; a person has to.
 */
export type PaymentStatus = 'open' | 'charged' | 'declined' | 'refund' | 'refunded' | 'unresolved'

export interface DuePayment {
  readonly orderId: string
  readonly trace: string
  readonly status: 'open' | 'refund'
  /** How often it was looked into, this time included; counted anew for the refund. */
  readonly checks: number
}

/**
 * What is known of the money for an order, at most one row each. All but `take` run in a transaction
 * that has locked the order: orders are locked first, then payments, then products.
 */
export interface Payments {
  /** Noted before the gateway is asked, each time: whatever happens next, somebody looks again. */
  begin(trx: Kysely<unknown>, orderId: string): Promise<void>
  /** The gateway refused to be asked. When no other question is without an answer, nothing is open. */
  withdraw(trx: Kysely<unknown>, orderId: string): Promise<void>
  status(trx: Kysely<unknown>, orderId: string): Promise<PaymentStatus | undefined>
  /** False when it is not in this status any more. */
  move(
    trx: Kysely<unknown>,
    orderId: string,
    from: PaymentStatus,
    to: PaymentStatus,
  ): Promise<boolean>
  /** For `take`. */
  readonly due: Waiting
  /** The next to be looked into, and not again for a time that doubles with each look. */
  take(): Promise<DuePayment | undefined>
}

interface Settings {
  /** Until the first look, and the base of the back-off. */
  readonly retryMs: number
  readonly capMs: number
}

export function createPayments(db: Kysely<unknown>, { retryMs, capMs }: Settings): Payments {
  const isDue = sql`status in ('open', 'refund') and next_check_at <= now()`
  const later = sql`now() + make_interval(secs => ${retryMs / 1_000})`
  const backOff = sql`now() + make_interval(secs => (0.5 + 0.5 * random())
    * least(${capMs / 1_000}, ${retryMs / 1_000} * power(2, least(checks, 30))))`
  return {
    begin: async (trx, orderId) => {
      await sql`
        insert into orders_payments (order_id, status, next_check_at, trace)
        values (${orderId}, 'open', ${later}, ${currentContext().requestId})
        on conflict (order_id) do update set questions = orders_payments.questions + 1
        where orders_payments.status = 'open'`.execute(trx)
    },
    withdraw: async (trx, orderId) => {
      await sql`
        update orders_payments set questions = questions - 1
        where order_id = ${orderId} and status = 'open'`.execute(trx)
      await sql`
        delete from orders_payments
        where order_id = ${orderId} and status = 'open' and questions = 0`.execute(trx)
    },
    status: async (trx, orderId) => {
      const { rows } = await sql<{ status: PaymentStatus }>`
        select status from orders_payments where order_id = ${orderId}`.execute(trx)
      return rows[0]?.status
    },
    move: async (trx, orderId, from, to) => {
      const { rows } = await sql`
        update orders_payments set status = ${to}, checks = 0, next_check_at = ${later}
        where order_id = ${orderId} and status = ${from} returning 1`.execute(trx)
      return rows.length > 0
    },
    due: sql`exists (select from orders_payments where ${isDue})`,
    take: async () => {
      const { rows } = await sql<DuePayment>`
        update orders_payments
        set checks = checks + 1, questions = questions + 1, next_check_at = ${backOff}
        where order_id = (
          select order_id from orders_payments
          where ${isDue}
          order by next_check_at limit 1 for update skip locked)
        returning order_id as "orderId", trace, status, checks`.execute(db)
      return rows[0]
    },
  }
}
