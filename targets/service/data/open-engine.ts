import { setTimeout as pause } from 'node:timers/promises'
import { Migrator, NO_MIGRATIONS } from 'kysely/migration'
import { fullJitterMs } from '../resilience/backoff.ts'
import { explained } from './data-error.ts'
import type { Db, Engine, EngineKind } from './engine.ts'
import { openMysql } from './engines/mysql.ts'
import { openPostgres } from './engines/postgres.ts'
import { openSqlite } from './engines/sqlite.ts'
import { migrationsFor } from './migrations.ts'

export interface EngineOptions {
  readonly poolSize?: number
  /** For a connection. */
  readonly acquireMs?: number
  readonly statementMs?: number
  /** Of a transaction that lost a conflict; 1: none is repeated. */
  readonly attempts?: number
}

/**
 * Opens the database that the URL names: `postgres://…`, `mysql://…` (MySQL from 8.0, or MariaDB), `sqlite:FILE`.
 * Nothing is asked of it yet.
 */
export function openEngine(url: string, options: EngineOptions = {}): Engine {
  const { poolSize = 10, acquireMs = 2_000, statementMs = 5_000, attempts = 20 } = options
  const kind = kindOf(url)
  const bounds = { poolSize, acquireMs, statementMs }
  const db = {
    postgres: () => openPostgres(url, bounds),
    mysql: () => openMysql(url, bounds),
    sqlite: () => openSqlite(url.replace(/^sqlite:/, '')),
  }[kind]()
  return {
    kind,
    db,
    transaction: async (work, isolation) => {
      for (let attempt = 1; ; attempt++) {
        try {
          const begun = db.transaction()
          const asked = isolation && kind !== 'sqlite'
          return await (asked ? begun.setIsolationLevel(isolation) : begun).execute(work)
        } catch (error) {
          const problem = explained(error)
          if (problem.kind !== 'conflict' || attempt >= attempts) throw problem
          await pause(fullJitterMs(attempt, 5, 200))
        }
      }
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

function kindOf(url: string): EngineKind {
  if (/^postgres(ql)?:/.test(url)) return 'postgres'
  if (url.startsWith('mysql:')) return 'mysql'
  if (url.startsWith('sqlite:')) return 'sqlite'
  throw new TypeError('A database URL begins with postgres:, mysql: or sqlite:.')
}

/** Up to the newest, or `to` a named one (`undefined` in an object: down to nothing). */
export async function migrateEngine(
  { kind, db }: { readonly kind: EngineKind; readonly db: Db },
  target?: { readonly to: string | undefined },
): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrationsFor(kind) }) },
    migrationTableName: 'data_migrations',
    migrationLockTableName: 'data_migrations_lock',
  })
  for (let attempt = 1; ; attempt++) {
    const { error } = target
      ? await migrator.migrateTo(target.to ?? NO_MIGRATIONS)
      : await migrator.migrateToLatest()
    if (!error) return
    const problem = explained(error)
    // Another is at it: SQLite says so instead of waiting.
    if (problem.kind !== 'conflict' || attempt >= migrationAttempts) throw problem
    await pause(fullJitterMs(attempt, 20, 500))
  }
}

const migrationAttempts = 30
