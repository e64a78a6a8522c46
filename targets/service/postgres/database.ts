import { Kysely, PostgresAdapter, PostgresDialect, type PostgresPool } from 'kysely'
import type { Defences } from '../defences.ts'
import { tellingEffects } from './effects.ts'

/** The query builder over a pool. Its migrations exclude each other, unless they are not to. */
export function openDatabase(pool: PostgresPool, defences: Defences): Kysely<unknown> {
  const Dialect = defences.on('migration-lock') ? PostgresDialect : UnlockedDialect
  return new Kysely<unknown>({ dialect: tellingEffects(new Dialect({ pool }), defences) })
}

class UnlockedAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
}

class UnlockedDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new UnlockedAdapter()
  }
}
