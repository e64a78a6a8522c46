import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Logger } from 'pino'
import { currentContext } from '../../context.ts'
import type { Defences } from '../../defences.ts'
import type { Waiting } from '../../postgres/lookout.ts'
import type { Transact } from '../../postgres/transaction.ts'
import { Problem } from '../../problem.ts'
import { nextFree } from '../../queue/next-free.ts'
import type { Announce } from './announcements.ts'
import type { ChargeResult, Gateway } from './gateway.ts'
import type { Order } from './order.ts'
import type { Payments } from './payments.ts'
import { createOrders } from './repository.ts'
import type { Stock } from './stock.ts'

export interface PayingParts {
  readonly db: Kysely<unknown>
  readonly transact: Transact
  readonly stock: Stock
  readonly payments: Payments
  readonly gateway: Gateway
  readonly defences: Defences
  readonly announce: Announce
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** Paying for an order, cancelling it, and sending it: one at a time for each order, by its lock. */
export interface Paying {
  /**
   * Charges once, however often it is called. `unknown` leaves the order pending and its goods
   * reserved, and reconciliation finds out; `refused` leaves everything as it was before.
   */
  pay(orderId: string): Promise<ChargeResult>
  /** Asks the gateway about a payment that is open, and writes down what it says. */
  charge(order: Order): Promise<ChargeResult>
  /** @throws {Problem} 409 when it is paid, or may be. */
  cancel(orderId: string): Promise<Order>
  ship(orderId: string): Promise<Order>
  /** For `expire`. */
  readonly forgotten: Waiting
  /** Cancels an order nobody began to pay for in time; false when there is none. */
  expire(): Promise<boolean>
}

export function createPaying(parts: PayingParts): Paying {
  const { transact, stock, payments, gateway, defences, announce, log } = parts
  const { keepMs } = defences.settings('reservation-expiry')
  const oneKey = defences.on('payment-idempotency')
  const reconciles = defences.on('payment-reconciliation')
  const locks = defences.on('payment-lock')

  const open = (orderId: string) =>
    transact(async trx => {
      const orders = createOrders(trx)
      const order = await (locks ? orders.lock(orderId) : orders.find(orderId))
      if (order.status === 'pending-payment') await payments.begin(trx, orderId)
      return order
    })

  const settle = (orderId: string, result: 'charged' | 'declined') =>
    transact(async trx => {
      const orders = createOrders(trx, announce)
      const { status } = await orders.lock(orderId)
      const isWanted = status === 'pending-payment'
      const becomes = !isWanted && result === 'charged' ? 'refund' : result
      const isOurs = await payments.move(trx, orderId, 'open', becomes)
      if (!isOurs || !isWanted) return
      await orders.move(orderId, result === 'charged' ? 'paid' : 'payment-failed')
      const lines = await orders.lines(orderId)
      if (result === 'charged') await stock.sell(trx, lines)
      else await stock.release(trx, lines)
    })

  const withdraw = (orderId: string) =>
    transact(async trx => {
      await createOrders(trx).lock(orderId)
      await payments.withdraw(trx, orderId)
    })

  const charge = async (order: Order): Promise<ChargeResult> => {
    const key = oneKey ? `order-${order.id}` : `order-${order.id}-${randomUUID()}`
    const reference = `${order.number}`
    const result = await gateway.charge({ key, reference, amountCents: order.totalCents })
    if (result === 'unknown' && reconciles) return result
    if (result === 'refused') await withdraw(order.id)
    // Without reconciliation there is nobody to ask later, so doubt counts as a refusal.
    else await settle(order.id, result === 'charged' ? 'charged' : 'declined')
    log.info({ event: 'payment-settled', order: order.id, result }, 'settled')
    return result
  }

  const forgotten = {
    table: sql`orders_orders o`,
    select: sql`id`,
    where: sql`status = 'pending-payment'
      and created_at < now() - make_interval(secs => ${keepMs / 1_000})
      and not exists (select from orders_payments p where p.order_id = o.id)`,
    order: sql`created_at`,
  }

  return {
    charge,
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
    cancel: orderId =>
      transact(async trx => {
        const orders = createOrders(trx, announce)
        const order = await orders.move(orderId, 'cancelled')
        if ((await payments.status(trx, orderId)) === 'open') throw paymentPending()
        await stock.release(trx, await orders.lines(orderId))
        return order
      }),
    ship: orderId => transact(trx => createOrders(trx, announce).move(orderId, 'shipped')),
    forgotten: sql`exists (select from ${forgotten.table} where ${forgotten.where})`,
    expire: () =>
      transact(async trx => {
        const { rows } = await sql<{ id: string }>`${nextFree(forgotten)}`.execute(trx)
        const [one] = rows
        if (!one) return false
        // Payment may have begun after that statement looked and before it had the lock.
        if (locks && (await payments.status(trx, one.id))) return true
        const orders = createOrders(trx, announce)
        await orders.move(one.id, 'cancelled')
        await stock.release(trx, await orders.lines(one.id))
        return true
      }),
  }
}

function paymentPending(): Problem {
  const title = 'A payment for this order is under way.'
  return new Problem({ status: 409, code: 'payment-pending', title })
}
