import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import pg from 'pg'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import type { Metrics } from '../metrics.ts'

// 64-bit integers (counts, sequence numbers, cents) stay far below 2^53 here; text would surprise.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/**
 * The pool of Postgres connections. Each statement carries `/* trace=REQUEST *​/`, so that the
 * server's log and the wire tell whose it is; a connection whose statement got no answer is
 * closed instead of reused, since an answer may still arrive on it.
 */
export function createPool(
  config: Config,
  defences: Defences,
  metrics: Metrics,
  log: Logger,
): PostgresPool {
  const bounded = defences.on('pool-limits')
  const { acquireMs, statementMs, idleInTransactionMs } = defences.settings('pool-limits')
  const pool = new pg.Pool({
    connectionString: config.postgres.url,
    max: config.postgres.poolSize,
    application_name: config.instance,
    keepAlive: true,
    ...(bounded && {
      connectionTimeoutMillis: acquireMs,
      statement_timeout: statementMs,
      idle_in_transaction_session_timeout: idleInTransactionMs,
    }),
  })
  const lost = (err: Error) => log.warn({ dependency: 'postgres', err }, 'connection lost')
  pool.on('error', lost)
  // The pool listens only while a client is idle; one that is lost between the statements of a
  // transaction would end the process.
  pool.on('connect', client => client.on('error', lost))
  observe(pool, metrics)
  const queries = metrics.counter({ name: 'pg_queries_total', help: 'Statements sent.' })
  const count = () => queries.inc()
  return {
    options: pool.options,
    Client: pg.Client,
    end: () => pool.end(),
    connect: async () => traced(await pool.connect(), bounded ? statementMs : undefined, count),
  }
}

function traced(
  client: pg.PoolClient,
  statementMs: number | undefined,
  count: () => void,
): PostgresPoolClient {
  let spoiled = false
  const run = async <R>(text: string, values: readonly unknown[]) => {
    const { requestId } = currentContext()
    count()
    try {
      const result = await client.query({
        text: `/* trace=${requestId} */ ${text}`,
        values: [...values],
        // Later than the server's own time-out, which ends a statement cleanly.
        ...(statementMs !== undefined && { query_timeout: statementMs + 250 }),
      })
      return result as PostgresQueryResult<R> // pg types the command as any string
    } catch (error) {
      // An error without an SQLSTATE did not come from the server: the connection is in doubt.
      spoiled ||= !(error instanceof pg.DatabaseError)
      throw error
    }
  }
  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): never
  function query(text: string | object, values: readonly unknown[] = []) {
    if (typeof text !== 'string') throw new TypeError('This pool runs no cursors.')
    return run(text, values)
  }
  return { query, release: destroy => client.release(destroy || spoiled) }
}

function observe(pool: pg.Pool, metrics: Metrics): void {
  const help = 'Connections of the Postgres pool.'
  metrics.gaugeOf({ name: 'pg_pool_connections', help }, () => pool.totalCount)
  metrics.gaugeOf({ name: 'pg_pool_idle', help: `${help} Idle.` }, () => pool.idleCount)
  metrics.gaugeOf({ name: 'pg_pool_waiting', help: 'Callers waiting.' }, () => pool.waitingCount)
}
