import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import type { Tables } from '../tables.ts'
import type { Opened } from './opened.ts'

export function openMysql(url: string, { poolSize, acquireMs, statementMs }: Opened['options']) {
  const pool = createPool({
    uri: url,
    connectionLimit: poolSize,
    connectTimeout: acquireMs,
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
  return new Kysely<Tables>({ dialect: new MysqlDialect({ pool }) })
}
