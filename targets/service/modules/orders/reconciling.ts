import { inTrace } from '../../context.ts'
import type { Waiting } from '../../postgres/lookout.ts'
import { retryInMs } from '../../queue/policy.ts'
import type { Queue } from '../../queue/queue.ts'
import type { Order } from './order.ts'
import type { Paying, PayingParts } from './paying.ts'
import type { DuePayment } from './payments.ts'
import { createOrders } from './repository.ts'

interface Parts extends PayingParts {
  readonly paying: Pick<Paying, 'charge'>
  readonly queue: Queue<DuePayment>
}

/**
 * Payments in doubt. Each is asked about with back-off until its fate is known. After so many
 * questions it is given up: the order fails, its goods go back on sale, and whatever the gateway
 * charged for it is paid back. What cannot be paid back either becomes `unresolved`, and is logged.
 */
export interface Reconciling {
  /** For `reconcile`. */
  readonly waiting: Waiting
  /** Looks into the next payment in doubt; false when none is due. */
  reconcile(): Promise<boolean>
}

export function createReconciling(parts: Parts): Reconciling {
  const { db, transact, stock, payments, gateway, announce, log, paying, queue } = parts

  const giveUp = (orderId: string) =>
    transact(async trx => {
      const orders = createOrders(trx, announce)
      const { status } = await orders.lock(orderId)
      if (!(await payments.move(trx, orderId, 'open', 'refund'))) return
      if (status !== 'pending-payment') return
      await orders.move(orderId, 'payment-failed')
      await stock.release(trx, await orders.lines(orderId))
      log.warn({ event: 'payment-given-up', order: orderId }, 'refunded, if it was charged')
    })

  const askAgain = async (order: Order, due: DuePayment) => {
    // What is not wanted any more is not charged for: only looked up, and paid back.
    if (order.status !== 'pending-payment') return giveUp(order.id)
    const result = await paying.charge(order)
    if (result === 'charged' || result === 'declined') return
    const againInMs = retryInMs(queue.policy, due)
    await (againInMs === undefined ? giveUp(order.id) : queue.again(due, againInMs))
  }

  const refund = async (order: Order, due: DuePayment) => {
    const result = await gateway.refund(`${order.number}`)
    const againInMs = retryInMs(queue.policy, due)
    if (result === 'unknown' && againInMs !== undefined) return queue.again(due, againInMs)
    const becomes = { refunded: 'refunded', nothing: 'declined', unknown: 'unresolved' } as const
    await transact(async trx => {
      await createOrders(trx).lock(order.id)
      await payments.move(trx, order.id, 'refund', becomes[result])
    })
    const about = { event: `payment-${becomes[result]}`, order: order.id }
    if (result === 'unknown') log.error(about, 'look into the books of the gateway')
    else log.info(about, 'settled')
  }

  const lookInto = async (due: DuePayment) => {
    const order = await createOrders(db).find(due.id)
    await (due.status === 'open' ? askAgain(order, due) : refund(order, due))
  }
  return {
    waiting: queue.waiting(),
    reconcile: async () => {
      const due = await queue.take()
      // The gateway, too, is asked under the id it was asked with before.
      if (due) await inTrace(due.trace, () => lookInto(due))
      return due !== undefined
    },
  }
}
