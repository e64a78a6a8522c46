import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { tellingEffects } from '../../../postgres/effects.ts'
import { keepAliveMs, livePool } from '../../../postgres/pool.ts'
import type { Tables } from '../tables.ts'
import type { Opened } from './opened.ts'

const int8 = pg.types.builtins.INT8

export function openPostgres(url: string, options: Opened['options']) {
  const { poolSize, acquireMs, statementMs, defences } = options
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    connectionTimeoutMillis: acquireMs,
    statement_timeout: statementMs,
    types: {
      // Ids and cents stay below 2^53; text would surprise.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === int8 ? Number : pg.types.getTypeParser(oid, format ?? 'text'),
    },
  })
  const dialect = new PostgresDialect({ pool: livePool(pool, { defences, statementMs }) })
  return new Kysely<Tables>({ dialect: tellingEffects(dialect, defences) })
}
