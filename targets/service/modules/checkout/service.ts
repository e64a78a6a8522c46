import { isDeepStrictEqual } from 'node:util'
import type { Redis } from 'ioredis'
import { apart, currentContext } from '../../context.ts'
import { notFound, Problem, unavailable } from '../../problem.ts'
import type { ConfirmedWriter } from '../../redis/confirmed-writer.ts'
import { WriteError } from '../../redis/write-error.ts'
import type { Guard } from '../../resilience/guard.ts'
import { type CheckoutRequest, type Order, type Session, session, totalCents } from './order.ts'
import type { Orders } from './repository.ts'

interface Parts {
  readonly orders: Orders
  readonly redis: Redis
  readonly writer: ConfirmedWriter
  readonly writes: Guard
  readonly reads: Guard
}

const sessionTtlSeconds = 3_600

/** Buying: an order in Postgres, and a session in Redis on which the goods are shipped. */
export interface Checkout {
  /**
   * Resolves when the session is confirmed by all replicas. The order row alone ships nothing: it
   * stays pending until then, and the same request sent again completes it.
   * @throws {Problem} with `outcome`: `not-done` only when no session can have been written.
   */
  place(request: CheckoutRequest): Promise<Order>
  session(id: string): Promise<Session>
  order(id: string): Promise<Order>
}

export function createCheckout(parts: Parts): Checkout {
  const { orders, writes } = parts
  return {
    place: async request => {
      writes.refuseIfOpen()
      const wanted = {
        ...request,
        totalCents: totalCents(request.items),
        status: 'pending',
      } as const
      // It ships nothing by itself.
      const order = await apart(() => orders.open(wanted))
      refuseOtherContent(order, wanted)
      if (order.status === 'confirmed') return order
      await writeSession(order, parts)
      await orders.confirm(order.orderId)
      return { ...order, status: 'confirmed' }
    },
    session: id => readSession(id, parts),
    order: async id => {
      const order = await orders.find(id)
      if (!order) throw notFound('order')
      return order
    },
  }
}

function refuseOtherContent(existing: Order, wanted: Order): void {
  if (isDeepStrictEqual(existing.items, wanted.items)) return
  throw new Problem({
    status: 422,
    code: 'idempotency-key-reused',
    title: 'This order id was used for another order.',
  })
}

async function writeSession(order: Order, { writer, writes }: Parts): Promise<void> {
  const { orderId, totalCents } = order
  const receipt: Session = { id: orderId, orderId, totalCents }
  const { deadline } = currentContext()
  const write = () => writer.set(key(orderId), JSON.stringify(receipt), sessionTtlSeconds, deadline)
  try {
    // Writing the same value again is harmless, so every failed write may be tried again.
    await writes.run(write, error => error instanceof WriteError)
  } catch (error) {
    if (!(error instanceof WriteError)) throw error
    const { outcome } = deadline
    const title = 'The session could not be confirmed.'
    throw unavailable(`session-${error.failure}`, title, { outcome, cause: error })
  }
}

async function readSession(id: string, { redis, reads }: Parts): Promise<Session> {
  const read = () => redis.get(key(id))
  const text = await reads
    .run(read, () => true)
    .catch(cause => {
      if (cause instanceof Problem) throw cause
      const title = 'Sessions cannot be read at the moment.'
      throw unavailable('redis-unavailable', title, { cause })
    })
  if (text === null) throw notFound('session')
  return session.parse(JSON.parse(text))
}

const key = (orderId: string) => `session:${orderId}`
