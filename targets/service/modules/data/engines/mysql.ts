import { Kysely, MysqlDialect, type MysqlPool } from 'kysely'
import { createPool, type PoolConnection, type QueryError, type QueryOptions } from 'mysql2'
import { tellingEffects } from '../../../postgres/effects.ts'
import type { Tables } from '../tables.ts'
import type { Opened } from './opened.ts'

/** After the server's own time-out, which leaves the connection as it was. */
const laterMs = 250
const keepAliveMs = 10_000

export function openMysql(url: string, options: Opened['options']) {
  const { poolSize, acquireMs, statementMs, defences } = options
  const pool = createPool({
    uri: url,
    connectionLimit: poolSize,
    connectTimeout: acquireMs,
    enableKeepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    supportBigNumbers: true,
    // Rows matched, as the others count, and not rows really changed.
    flags: ['FOUND_ROWS'],
  })
  pool.on('connection', connection => {
    // Each reads what is meant for it, as a comment for the other: MySQL bounds SELECTs alone.
    connection.query(`SET SESSION
      /*M! max_statement_time = ${statementMs / 1_000} */
      /*!80000 max_execution_time = ${statementMs} */`)
    connection.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE'")
  })
  const bounded = defences.on('pool-liveness') ? boundedPool(pool, statementMs + laterMs) : pool
  const dialect = new MysqlDialect({ pool: bounded })
  return new Kysely<Tables>({ dialect: tellingEffects(dialect, defences) })
}

type QueryValues = QueryOptions['values']

/** No answer in time, or a server that takes no changes any more. */
const condemning = /^(PROTOCOL_SEQUENCE_TIMEOUT|ER_OPTION_PREVENTS_STATEMENT|ER_READ_ONLY_MODE)$/

/** Statements end in time, and connections that are good for nothing do not go back. */
function boundedPool(pool: ReturnType<typeof createPool>, timeoutMs: number): MysqlPool {
  const known = new WeakMap<PoolConnection, ReturnType<typeof boundedConnection>>()
  return {
    end: done => pool.end(done),
    getConnection: give =>
      pool.getConnection((error, connection) => {
        // Kysely never looks at the connection of an error.
        if (error) return give(error, connection)
        const bounded = known.get(connection) ?? boundedConnection(connection, timeoutMs)
        known.set(connection, bounded)
        give(error, bounded)
      }),
  }
}

function boundedConnection(connection: PoolConnection, timeout: number) {
  return {
    config: connection.config,
    threadId: connection.threadId ?? 0,
    connect: () => {},
    destroy: () => connection.destroy(),
    release: () => connection.release(),
    query: (sql: string, values: QueryValues, done?: (error: unknown, rows: never) => void) =>
      connection.query({ sql, values, timeout }, (error: QueryError | null, rows: never) => {
        if (condemning.test(error?.code ?? '')) connection.destroy()
        done?.(error, rows)
      }),
  }
}
