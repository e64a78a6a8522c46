import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Logger } from 'pino'
import { currentContext, inTrace } from '../context.ts'
import type { Defences } from '../defences.ts'
import type { Waiting } from '../postgres/lookout.ts'
import type { Transact } from '../postgres/transaction.ts'
import { Problem } from '../problem.ts'
import type { Announce } from './announcements.ts'
import type { ChargeResult, Gateway } from './gateway.ts'
import type { Order } from './order.ts'
import { createOrders } from './repository.ts'
import type { Stock } from './stock.ts'

interface Parts {
  readonly db: Kysely<unknown>
  readonly transact: Transact
  readonly stock: Stock
  readonly gateway: Gateway
  readonly defences: Defences
  readonly announce: Announce
  readonly log: Pick<Logger, 'info'>
}

/** Paying for an order, cancelling it, and sending it. */
export interface Paying {
  /**
   * Charges once, however often it is called. `unknown` leaves the order pending and its goods
   * reserved; `reconcile` finds out.
   */
  pay(orderId: string): Promise<ChargeResult>
  /** For `reconcile`. */
  readonly inDoubt: Waiting
  /** Asks again about the next payment in doubt; false when there is none due. */
  reconcile(): Promise<boolean>
  /** @throws {Problem} 409 when it is paid, or may be. */
  cancel(orderId: string): Promise<Order>
  ship(orderId: string): Promise<Order>
  /** For `expire`. */
  readonly forgotten: Waiting
  /** Cancels an order nobody began to pay for in time; false when there is none. */
  expire(): Promise<boolean>
}

export function createPaying(parts: Parts): Paying {
  const { db, transact, stock, gateway, defences, announce, log } = parts
  const { retryMs } = defences.settings('payment-reconciliation')
  const { keepMs } = defences.settings('reservation-expiry')
  const oneKey = defences.on('payment-idempotency')
  const reconciles = defences.on('payment-reconciliation')

  /** Written before the gateway is asked: whatever happens next, somebody will look again. */
  const open = (orderId: string) =>
    transact(async trx => {
      const order = await createOrders(trx).find(orderId)
      if (order.status === 'pending-payment') {
        await sql`
          insert into orders_payments (order_id, status, next_check_at, trace)
          values (${orderId}, 'open', now() + make_interval(secs => ${retryMs / 1_000}),
            ${currentContext().requestId})
          on conflict (order_id) do nothing`.execute(trx)
      }
      return order
    })

  const settle = (orderId: string, result: 'charged' | 'declined') =>
    transact(async trx => {
      const orders = createOrders(trx, announce)
      const { rows } = await sql`
        update orders_payments set status = ${result}
        where order_id = ${orderId} and status = 'open' returning 1`.execute(trx)
      if (rows.length === 0) return // settled by somebody else
      await orders.move(orderId, result === 'charged' ? 'paid' : 'payment-failed')
      const lines = await orders.lines(orderId)
      if (result === 'charged') await stock.sell(trx, lines)
      else await stock.release(trx, lines)
    })

  const charge = async (order: Order): Promise<ChargeResult> => {
    const key = oneKey ? `order-${order.id}` : `order-${order.id}-${randomUUID()}`
    const reference = `${order.number}`
    const result = await gateway.charge({ key, reference, amountCents: order.totalCents })
    // Without reconciliation there is nobody to ask later, so doubt counts as a refusal.
    if (result === 'unknown' && reconciles) return result
    await settle(order.id, result === 'charged' ? 'charged' : 'declined')
    log.info({ event: 'payment-settled', order: order.id, result }, 'settled')
    return result
  }

  const isInDoubt = sql`status = 'open' and next_check_at <= now()`
  const isForgotten = sql`status = 'pending-payment'
    and created_at < now() - make_interval(secs => ${keepMs / 1_000})
    and not exists (select from orders_payments p where p.order_id = o.id)`

  return {
    inDoubt: sql`exists (select from orders_payments where ${isInDoubt})`,
    forgotten: sql`exists (select from orders_orders o where ${isForgotten})`,
    pay: async orderId => {
      const order = await open(orderId)
      if (order.status === 'paid' || order.status === 'shipped') return 'charged'
      if (order.status !== 'pending-payment') {
        const title = `An order that is ${order.status} cannot be paid.`
        throw new Problem({ status: 409, code: 'wrong-state', title })
      }
      currentContext().deadline.beginEffect()
      return charge(order)
    },
    reconcile: async () => {
      const { rows } = await sql<{ orderId: string; trace: string }>`
        update orders_payments
        set next_check_at = now() + make_interval(secs => ${retryMs / 1_000})
        where order_id = (
          select order_id from orders_payments
          where ${isInDoubt}
          order by next_check_at limit 1 for update skip locked)
        returning order_id as "orderId", trace`.execute(db)
      const [due] = rows
      if (!due) return false
      // The gateway, too, is asked under the id it was asked with before.
      await inTrace(due.trace, async () => charge(await createOrders(db).find(due.orderId)))
      return true
    },
    cancel: orderId =>
      transact(async trx => {
        const orders = createOrders(trx, announce)
        const order = await orders.move(orderId, 'cancelled')
        await refusePaymentInDoubt(trx, orderId)
        await stock.release(trx, await orders.lines(orderId))
        return order
      }),
    ship: orderId => transact(trx => createOrders(trx, announce).move(orderId, 'shipped')),
    expire: () =>
      transact(async trx => {
        const { rows } = await sql<{ id: string }>`
          select id from orders_orders o where ${isForgotten}
          order by created_at limit 1 for update skip locked`.execute(trx)
        const [forgotten] = rows
        if (!forgotten) return false
        const orders = createOrders(trx, announce)
        await orders.move(forgotten.id, 'cancelled')
        await stock.release(trx, await orders.lines(forgotten.id))
        return true
      }),
  }
}

async function refusePaymentInDoubt(trx: Kysely<unknown>, orderId: string): Promise<void> {
  const { rows } = await sql`
    select 1 from orders_payments where order_id = ${orderId} and status = 'open'`.execute(trx)
  if (rows.length === 0) return
  const title = 'A payment for this order is under way.'
  throw new Problem({ status: 409, code: 'payment-pending', title })
}
