import { inTrace } from '../context.ts'
import type { Waiting } from '../postgres/lookout.ts'
import type { Order } from './order.ts'
import type { Paying, PayingParts } from './paying.ts'
import type { DuePayment } from './payments.ts'
import { createOrders } from './repository.ts'

interface Parts extends PayingParts {
  readonly paying: Pick<Paying, 'charge'>
}

/**
 * Payments in doubt. Each is asked about with back-off until its fate is known. After so many
 * questions it is given up: the order fails, its goods go back on sale, and whatever the gateway
 * charged for it is paid back. What cannot be paid back either becomes `unresolved`, and is logged.
 */
export interface Reconciling {
  /** For `reconcile`. */
  readonly due: Waiting
  /** Looks into the next payment in doubt; false when none is due. */
  reconcile(): Promise<boolean>
}

export function createReconciling(parts: Parts): Reconciling {
  const { db, transact, stock, payments, gateway, defences, announce, log, paying } = parts
  const { attempts } = defences.settings('payment-reconciliation')

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

  const askAgain = async (order: Order, checks: number) => {
    // What is not wanted any more is not charged for: only looked up, and paid back.
    if (order.status !== 'pending-payment') return giveUp(order.id)
    const result = await paying.charge(order)
    const isKnown = result === 'charged' || result === 'declined'
    if (!isKnown && checks >= attempts) await giveUp(order.id)
  }

  const refund = async (order: Order, checks: number) => {
    const result = await gateway.refund(`${order.number}`)
    if (result === 'unknown' && checks < attempts) return
    const becomes = { refunded: 'refunded', nothing: 'declined', unknown: 'unresolved' } as const
    await transact(async trx => {
      await createOrders(trx).lock(order.id)
      await payments.move(trx, order.id, 'refund', becomes[result])
    })
    const about = { event: `payment-${becomes[result]}`, order: order.id }
    if (result === 'unknown') log.error(about, 'look into the books of the gateway')
    else log.info(about, 'settled')
  }

  const lookInto = async ({ orderId, status, checks }: DuePayment) => {
    const order = await createOrders(db).find(orderId)
    await (status === 'open' ? askAgain(order, checks) : refund(order, checks))
  }
  return {
    due: payments.due,
    reconcile: async () => {
      const due = await payments.take()
      // The gateway, too, is asked under the id it was asked with before.
      if (due) await inTrace(due.trace, () => lookInto(due))
      return due !== undefined
    },
  }
}
