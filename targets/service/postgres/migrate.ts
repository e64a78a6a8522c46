import { setTimeout as pause } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Logger } from 'pino'
import type { Defences } from '../defences.ts'
import { fullJitterMs } from '../resilience/backoff.ts'
import { isConnectionLost } from './errors.ts'

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
  const { baseMs, capMs, giveUpMs } = defences.settings('start-up-retry')
  const endsAt = performance.now() + (defences.on('start-up-retry') ? giveUpMs : 0)
  for (let attempt = 1; ; attempt++) {
    const migrator = new Migrator({
      db,
      provider: { getMigrations: async () => ({ ...migrations }) },
      allowUnorderedMigrations: true, // modules number theirs independently
    })
    const { error, results } = await migrator.migrateToLatest()
    for (const { migrationName, status } of results ?? []) log.info({ migrationName, status })
    if (error === undefined) return
    if (!isConnectionLost(error) || performance.now() >= endsAt) throw error
    log.warn({ err: error, attempt }, 'Postgres is not ready')
    await pause(fullJitterMs(attempt, baseMs, capMs))
  }
}
