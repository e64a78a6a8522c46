import { Migrator, NO_MIGRATIONS } from 'kysely/migration'
import { currentContext } from '../../context.ts'
import { createDefences } from '../../defences.ts'
import { tryAgain } from '../../resilience/try-again.ts'
import { explained } from './data-error.ts'
import type { Db, Engine, EngineKind } from './engine.ts'
import { openMysql } from './engines/mysql.ts'
import type { Opened } from './engines/opened.ts'
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
  readonly defences?: Opened['options']['defences']
}

/**
 * Opens the database that the URL names: `postgres://…`, `mysql://…` (MySQL from 8.0, or MariaDB), `sqlite:FILE`.
 * Nothing is asked of it yet.
 */
export function openEngine(url: string, options: EngineOptions = {}): Engine {
  const { poolSize = 10, acquireMs = 2_000, statementMs = 5_000, attempts = 20 } = options
  const { defences = createDefences([]) } = options
  const kind = kindOf(url)
  const bounds = { poolSize, acquireMs, statementMs, defences }
  const db = {
    postgres: () => openPostgres(url, bounds),
    mysql: () => openMysql(url, bounds),
    sqlite: () => openSqlite(url.replace(/^sqlite:/, ''), bounds),
  }[kind]()
  return {
    kind,
    db,
    transaction: (work, isolation) => {
      const { deadline } = currentContext()
      const once = async () => {
        const begun = db.transaction()
        const asked = isolation && kind !== 'sqlite'
        return (asked ? begun.setIsolationLevel(isolation) : begun).execute(work).catch(rethrow)
      }
      const backOff = { baseMs: 5, capMs: 200, most: attempts }
      return tryAgain(once, { ...backOff, isWorthIt: isConflict, stop: () => deadline.stop })
    },
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

const isConflict = (error: unknown) => explained(error).kind === 'conflict'

function rethrow(error: unknown): never {
  throw explained(error)
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
  const migrate = async () => {
    const { error } = target
      ? await migrator.migrateTo(target.to ?? NO_MIGRATIONS)
      : await migrator.migrateToLatest()
    if (error) rethrow(error)
  }
  // Another is at it: SQLite says so instead of waiting.
  const backOff = { baseMs: 20, capMs: 500, most: migrationAttempts }
  await tryAgain(migrate, { ...backOff, isWorthIt: isConflict })
}

const migrationAttempts = 30
