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
    connection.query(`SET SESSION max_statement_time = ${statementMs / 1_000}`)
    connection.query("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE'")
  })
  return new Kysely<Tables>({ dialect: new MysqlDialect({ pool }) })
}
