import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Defences } from '../../defences.ts'
import { isAway, isUniqueViolation } from '../../postgres/errors.ts'
import type { Transact } from '../../postgres/transaction.ts'
import { Problem } from '../../problem.ts'
import type { Guard } from '../../resilience/guard.ts'
import type { Announce } from './announcements.ts'
import { totalsOf } from './money.ts'
import { createOrders } from './repository.ts'
import type { Stock, Wanted } from './stock.ts'

interface Parts {
  readonly db: Kysely<unknown>
  readonly transact: Transact
  readonly stock: Stock
  readonly guard: Guard
  readonly defences: Defences
  readonly announce: Announce
}

export interface Placed {
  readonly orderId: string
  /** The same request came before; this is its order. */
  readonly isReplay: boolean
}

/** From what somebody wants to an order with its goods reserved. */
export interface Placing {
  /**
   * The same key again, also after an answer that was lost on its way, gives the same order.
   * @throws {Problem} 409 `out-of-stock`, 422 `not-for-sale`, `idempotency-key-reused`.
   */
  place(userId: string, key: string, wanted: readonly Wanted[]): Promise<Placed>
}

export function createPlacing(parts: Parts): Placing {
  const { db, transact, stock, guard, defences, announce } = parts
  const hasKeys = defences.on('idempotency-keys')
  const placeOnce = async (userId: string, key: string, wanted: readonly Wanted[]) => {
    const fingerprint = fingerprintOf(wanted)
    const before = hasKeys ? await createOrders(db).byKey(userId, key) : undefined
    if (before) return replay(before, fingerprint)
    const orderId = await transact(async trx => {
      const lines = await stock.reserve(trx, wanted)
      const idempotencyKey = hasKeys ? key : null
      const order = { userId, idempotencyKey, fingerprint, lines, ...totalsOf(lines) }
      return createOrders(trx, announce).add(order)
    })
    return { orderId, isReplay: false }
  }
  const place = async (userId: string, key: string, wanted: readonly Wanted[]) => {
    const fingerprint = fingerprintOf(wanted)
    try {
      return await placeOnce(userId, key, wanted)
    } catch (error) {
      // Its twin was faster, by a moment or before an answer was lost; what we did was undone.
      const twin =
        hasKeys &&
        (await createOrders(db)
          .byKey(userId, key)
          .catch(() => undefined))
      if (!twin) throw error
      if (isUniqueViolation(error, 'orders_orders_key') || error instanceof Problem) {
        return replay(twin, fingerprint)
      }
      throw error
    }
  }
  return {
    place: (userId, key, wanted) =>
      // With a key a commit in doubt is simply tried again.
      guard.run(
        () => place(userId, key, merge(wanted)),
        error => hasKeys && isAway(error),
      ),
  }
}

function replay(before: { id: string; fingerprint: string }, fingerprint: string): Placed {
  if (before.fingerprint === fingerprint) return { orderId: before.id, isReplay: true }
  throw new Problem({
    status: 422,
    code: 'idempotency-key-reused',
    title: 'This Idempotency-Key was used for another request.',
  })
}

/** One line per product, whatever way it was asked for. */
function merge(wanted: readonly Wanted[]): readonly Wanted[] {
  const quantities = new Map<string, number>()
  for (const { productId, quantity } of wanted) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity)
  }
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }))
}

function fingerprintOf(wanted: readonly Wanted[]): string {
  const lines = wanted.map(({ productId, quantity }) => `${productId}:${quantity}`).sort()
  return createHash('sha256').update(lines.join()).digest('base64url')
}
