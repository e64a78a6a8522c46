import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Logger } from 'pino'
import type { Defences } from '../defences.ts'
import { codeOf } from '../failure.ts'
import { tryAgain } from '../resilience/try-again.ts'
import { isAway } from './errors.ts'

/** Name → migration. Names begin with the module's number, `020-orders-…`, and never change. */
export type Migrations = Readonly<Record<string, Migration>>

const lockNotAvailable = '55P03'

/**
 * Brings the schema up to date. Two instances at once are safe: an advisory lock lets one work
 * while the other waits. Postgres not being there yet is waited for, and so is a table that somebody
 * reads for long: a statement that waited for it would hold up all who come after, so it gives up soon and
 * tries again.
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
    provider: { getMigrations: async () => patient(migrations, defences) },
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
      log.warn({ err }, 'the schema cannot be changed yet')
      return isAway(err) || codeOf(err) === lockNotAvailable
    },
  })
}

/** Each waits for a table only so long. All are one transaction, so nothing of a try is left. */
function patient(migrations: Migrations, defences: Defences): Record<string, Migration> {
  if (!defences.on('migration-lock')) return { ...migrations }
  const { tableMs } = defences.settings('migration-lock')
  const soon = (work: NonNullable<Migration['down']>) => async (db: Kysely<unknown>) => {
    await sql`select set_config('lock_timeout', ${`${tableMs}ms`}, true)`.execute(db)
    await work(db)
  }
  return Object.fromEntries(
    Object.entries(migrations).map(([name, { up, down }]) => [
      name,
      { up: soon(up), ...(down && { down: soon(down) }) },
    ]),
  )
}
