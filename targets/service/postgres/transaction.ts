import { setTimeout as pause } from 'node:timers/promises'
import type { IsolationLevel, Kysely, Transaction } from 'kysely'
import { currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import type { Metrics } from '../metrics.ts'
import { unavailable } from '../problem.ts'
import { fullJitterMs } from '../resilience/backoff.ts'
import { codeOf } from './errors.ts'

/** Runs work in a transaction. The work may run more than once, so it must touch nothing else. */
export type Transact = <Result>(
  work: (trx: Transaction<unknown>) => Promise<Result>,
  isolation?: IsolationLevel,
) => Promise<Result>

/** The database chose this transaction to give way; nothing of it was done. */
const isVictim = (error: unknown) => ['40001', '40P01'].includes(codeOf(error))

/**
 * Transactions that lose a deadlock or a serialization conflict are tried again with back-off.
 * @throws {Problem} 503 `too-contended` when they go on losing.
 */
export function createTransact(
  db: Kysely<unknown>,
  defences: Defences,
  metrics: Metrics,
): Transact {
  const retries = metrics.counter({
    name: 'pg_transaction_retries_total',
    help: 'Transactions begun again after a deadlock or serialization failure.',
    labelNames: ['sqlstate'],
  })
  const once: Transact = (work, isolation = 'read committed') =>
    db.transaction().setIsolationLevel(isolation).execute(work)
  if (!defences.on('transaction-retry')) return once

  const { attempts, baseMs, capMs } = defences.settings('transaction-retry')
  return async (work, isolation) => {
    const { signal } = currentContext().deadline
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(work, isolation)
      } catch (error) {
        if (!isVictim(error)) throw error
        if (attempt >= attempts) {
          const title = 'Too many are changing the same thing right now.'
          throw unavailable('too-contended', title, { outcome: 'not-done', cause: error })
        }
        retries.inc({ sqlstate: codeOf(error) })
        await pause(fullJitterMs(attempt, baseMs, capMs), undefined, signal && { signal })
      }
    }
  }
}
