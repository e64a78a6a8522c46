import type { IsolationLevel, Kysely, Transaction } from 'kysely'
import { currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import { classify } from '../failure.ts'
import type { Metrics } from '../metrics.ts'
import { unavailable } from '../problem.ts'
import { tryAgain } from '../resilience/try-again.ts'

/** Runs work in a transaction. The work may run more than once, so it must touch nothing else. */
export type Transact = <Result>(
  work: (trx: Transaction<unknown>) => Promise<Result>,
  isolation?: IsolationLevel,
) => Promise<Result>

/**
 * Transactions that lose a deadlock or a serialization conflict are tried again with back-off.
 * @throws {Problem} 503 `too-contended` when they go on losing.
 */
export function createTransact(
  db: Kysely<unknown>,
  defences: Defences,
  metrics: Metrics,
): Transact {
  const retries = metrics.counter('pg_transaction_retries_total')
  const once: Transact = (work, isolation = 'read committed') =>
    db.transaction().setIsolationLevel(isolation).execute(work)
  if (!defences.on('transaction-retry')) return once

  const { attempts: most, ...backOff } = defences.settings('transaction-retry')
  const isWorthIt = (error: unknown) => {
    const { fault, code } = classify(error)
    if (fault === 'victim') retries.inc({ sqlstate: code })
    return fault === 'victim'
  }
  return (work, isolation) => {
    const { deadline } = currentContext()
    const again = { ...backOff, most, isWorthIt, stop: () => deadline.stop }
    return tryAgain(() => once(work, isolation), again).catch(error => {
      throw classify(error).fault === 'victim' ? tooContended(error) : error
    })
  }
}

/** For what went on losing, or is not tried again. */
export function tooContended(cause: unknown) {
  return unavailable('too-contended', 'Too many are changing the same thing right now.', { cause })
}
