import type { PostgresPool } from 'kysely'
import pg from 'pg'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Defences } from '../defences.ts'
import type { Metrics } from '../metrics.ts'
import { liveClient } from './live-client.ts'
import { createLiveness } from './liveness.ts'
import { createShares, noShares, type Shares } from './shares.ts'

// 64-bit integers (counts, sequence numbers, cents) stay far below 2^53 here; text would surprise.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** Idle for so long, a connection is probed by TCP, so that nothing between forgets it. */
export const keepAliveMs = 10_000

/** The service's pool of Postgres connections, with its figures. */
export function createPool(
  config: Config,
  defences: Defences,
  metrics: Metrics,
  log: Logger,
): PostgresPool {
  const isBounded = defences.on('pool-limits')
  const { acquireMs, statementMs, idleInTransactionMs } = defences.settings('pool-limits')
  const pool = new pg.Pool({
    connectionString: config.postgres.url,
    max: config.postgres.poolSize,
    application_name: config.instance,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    ...(isBounded && {
      connectionTimeoutMillis: acquireMs,
      statement_timeout: statementMs,
      idle_in_transaction_session_timeout: idleInTransactionMs,
    }),
  })
  const queries = metrics.counter('pg_queries_total')
  const { share } = defences.settings('pool-share')
  const most = Math.max(1, Math.floor(share * config.postgres.poolSize))
  const isShared = defences.on('pool-share')
  const shares = isShared ? createShares(most, isBounded ? acquireMs : undefined) : noShares
  observe(pool, shares, metrics)
  return livePool(pool, {
    defences,
    shares,
    statementMs: isBounded ? statementMs : undefined,
    onStatement: () => queries.inc(),
    onLost: err => log.warn({ dependency: 'postgres', err }, 'connection lost'),
  })
}

interface LiveOptions {
  readonly defences: Pick<Defences, 'on' | 'settings'>
  /** See `liveClient`. */
  readonly statementMs: number | undefined
  /** Who may have a connection; default everybody. */
  readonly shares?: Shares
  readonly onStatement?: () => void
  readonly onLost?: (error: Error) => void
}

/** The pool, of which only connections are given that are good for something. */
export function livePool(pool: pg.Pool, options: LiveOptions): PostgresPool {
  const { defences, statementMs, shares = noShares } = options
  const { onStatement = () => {}, onLost = () => {} } = options
  const liveness = createLiveness(defences)
  pool.on('error', onLost)
  // The pool listens only while a client is idle; one that is lost between the statements of a
  // transaction would end the process.
  pool.on('connect', client => client.on('error', onLost))
  return {
    options: pool.options,
    Client: pg.Client,
    end: () => pool.end(),
    connect: async () => {
      const onRelease = await shares.take()
      try {
        for (;;) {
          const client = await pool.connect()
          if (await liveness.isLive(client)) {
            return liveClient(client, { statementMs, liveness, onStatement, onRelease })
          }
          client.release(true)
        }
      } catch (error) {
        onRelease()
        throw error
      }
    },
  }
}

function observe(pool: pg.Pool, shares: Shares, metrics: Metrics): void {
  metrics.gaugeOf('pg_pool_connections', () => pool.totalCount)
  metrics.gaugeOf('pg_pool_idle', () => pool.idleCount)
  metrics.gaugeOf('pg_pool_waiting', () => pool.waitingCount + shares.waiting())
  metrics.gaugeOf('pg_pool_size', () => pool.options.max)
}
