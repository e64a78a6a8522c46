import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Logger } from 'pino'
import type { Defences } from '../defences.ts'
import { tryAgain } from '../resilience/try-again.ts'
import { isAway } from './errors.ts'

/** Name → migration. Names begin with the module's number, `020-orders-…`, and never change. */
export type Migrations = Readonly<Record<string, Migration>>

/**
 * Brings the schema up to date. Two instances at once are safe: an advisory lock lets one work
 * while the other waits. Postgres not being there yet is waited for.
 */
export async function migrate(
  db: Kysely<unknown>,
  migrations: Migrations,
  defences: Defences,
  log: Logger,
): Promise<void> {
  const { giveUpMs, ...backOff } = defences.settings('start-up-retry')
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    allowUnorderedMigrations: true, // modules number theirs independently
  })
  const bringUpToDate = async () => {
    const { error, results } = await migrator.migrateToLatest()
    for (const { migrationName, status } of results ?? []) log.info({ migrationName, status })
    if (error !== undefined) throw error
  }
  await tryAgain(bringUpToDate, {
    ...backOff,
    forMs: defences.on('start-up-retry') ? giveUpMs : 0,
    isWorthIt: err => {
      log.warn({ err }, 'Postgres is not ready')
      return isAway(err)
    },
  })
}
