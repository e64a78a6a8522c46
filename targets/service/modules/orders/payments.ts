import { type Kysely, sql } from 'kysely'
import { currentContext } from '../../context.ts'
import type { Defences } from '../../defences.ts'
import type { Policy } from '../../queue/policy.ts'
import { createQueue, type Queue, type Taken } from '../../queue/queue.ts'

/**
 * `open`: the gateway is or was asked, and what came of it is not known. `refund`: whatever it
 * charged must be paid back. `unresolved`: nobody here could find out; a person has to.
 */
export type PaymentStatus = 'open' | 'charged' | 'declined' | 'refund' | 'refunded' | 'unresolved'

/** One to be looked into, by the id of its order; attempts are counted anew for the refund. */
export interface DuePayment extends Taken {
  readonly trace: string
  readonly status: 'open' | 'refund'
}

/**
 * What is known of the money for an order, at most one row each. All runs in a transaction
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
}

/** Whoever looks into a payment and dies leaves it to others for as long as a first look waits. */
export function paymentPolicy(defences: Defences) {
  const { retryMs, capMs, attempts } = defences.settings('payment-reconciliation')
  return { leaseMs: retryMs, attempts, backOff: { baseMs: retryMs, capMs } }
}

/** The payments whose fate is to be found out. */
export function openDuePayments(db: Kysely<unknown>, policy: Policy): Queue<DuePayment> {
  const table = {
    table: sql`orders_payments`,
    id: sql`order_id`,
    attempts: sql`checks`,
    due: sql`next_check_at`,
    order: sql`next_check_at`,
    job: sql`order_id as id, trace, status, checks as attempts`,
    isOpen: sql`status in ('open', 'refund')`,
    taking: sql`questions = questions + 1`,
  }
  return createQueue<DuePayment>(db, table, policy)
}

export function createPayments({ leaseMs }: { readonly leaseMs: number }): Payments {
  const later = sql`now() + make_interval(secs => ${leaseMs / 1_000})`
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
  }
}
