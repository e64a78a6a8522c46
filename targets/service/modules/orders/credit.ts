import { type Kysely, sql } from 'kysely'
import type { Defences } from '../../defences.ts'
import { isUniqueViolation } from '../../postgres/errors.ts'
import type { Transact } from '../../postgres/transaction.ts'
import { Problem } from '../../problem.ts'

/**
 * Store credit: the sum of a person's entries, never below zero. No row stands for the balance, so
 * no row lock can guard it; SERIALIZABLE does, and whoever loses tries again.
 */
export interface Credit {
  balance(userId: string): Promise<number>
  /** A key that was used before changes nothing. @throws {Problem} 409 `not-enough-credit`. */
  enter(userId: string, key: string, cents: number): Promise<void>
}

export function createCredit(db: Kysely<unknown>, transact: Transact, defences: Defences): Credit {
  const isolation = defences.on('serializable-credit') ? 'serializable' : 'read committed'
  const balance = async (on: Kysely<unknown>, userId: string) => {
    const { rows } = await sql<{ cents: number }>`
      select coalesce(sum(cents), 0)::bigint as cents
      from orders_credit_entries where user_id = ${userId}`.execute(on)
    return rows[0]?.cents ?? 0
  }
  return {
    balance: userId => balance(db, userId),
    enter: async (userId, key, cents) => {
      const enter = transact(async trx => {
        if ((await balance(trx, userId)) + cents < 0) {
          const title = 'There is not enough credit.'
          throw new Problem({ status: 409, code: 'not-enough-credit', title })
        }
        await sql`
          insert into orders_credit_entries (user_id, cents, idempotency_key)
          values (${userId}, ${cents}, ${key})`.execute(trx)
      }, isolation)
      await enter.catch(error => {
        if (!isUniqueViolation(error, 'orders_credit_key')) throw error
      })
    },
  }
}
