import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Tables } from '../tables.ts'
import type { Opened } from './opened.ts'

const int8 = pg.types.builtins.INT8

export function openPostgres(url: string, { poolSize, acquireMs, statementMs }: Opened['options']) {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: acquireMs,
    statement_timeout: statementMs,
    types: {
      // Ids and cents stay below 2^53; text would surprise.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format ?? 'text'),
    },
  })
  // A connection that the server ends is replaced when the next one is asked for. One that is in use
  // but has no statement running tells it by an event, which unheard would end the process.
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}
