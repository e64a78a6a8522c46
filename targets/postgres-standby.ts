import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { backUpPostgres, writeOwned } from './postgres-backup.ts'
import { postgresPrograms } from './runtime/postgres-programs.ts'
import { launchPostgres, type Postgres, withPostgres } from './runtime/postgres-server.ts'
import type { ServerContext } from './runtime/server-part.ts'

export interface StandbyOptions {
  /** Also how the primary knows it, in `pg_stat_replication`; default `standby`. */
  readonly name?: string
  /** Where it reaches the primary: a link's address, say. Default: the primary's own. */
  readonly via?: { readonly host: string; readonly port: number }
  /** The primary acknowledges a commit only when this standby has it on disk. Default false. */
  readonly synchronous?: boolean
  readonly settings?: Readonly<Record<string, string>>
}

/** A Postgres that follows another, and can take its place. */
export interface PostgresStandby extends Postgres {
  /** Resolves when it takes writes. The old primary must not be started again beside it. */
  promote(): Promise<void>
}

const followWithinMs = 15_000
const promoteWithinSeconds = 15

/**
 * Clones a running primary and follows it by streaming replication. Also how a former primary comes
 * back: as a fresh clone of its successor.
 * @throws {Error} when the primary does not see it follow in time.
 */
export async function startStandby(
  context: ServerContext,
  primary: Postgres,
  options: StandbyOptions = {},
): Promise<PostgresStandby> {
  const { name = 'standby', via = primary, synchronous = false, settings = {} } = options
  const programs = await postgresPrograms({ progress: context.progress })
  const dataFolder = join(context.scratchFolder, name)
  const { password } = new URL(primary.url)
  await backUpPostgres(primary, dataFolder)
  await writeOwned(join(dataFolder, 'standby.signal'), '')
  const connection = `host=${via.host} port=${via.port} user=postgres password=${password} application_name=${name}`
  await appendFile(
    join(dataFolder, 'postgresql.auto.conf'),
    `primary_conninfo = '${connection}'\nsynchronous_standby_names = ''\n`,
  )
  const launch = { name, programs, password, dataFolder, settings }
  const standby = await launchPostgres(context, launch)
  await following(context, primary, name)
  if (synchronous) {
    await withPostgres(primary.url, async client => {
      await client.query(`alter system set synchronous_standby_names = '"${name}"'`)
      await client.query('select pg_reload_conf()')
    })
  }
  return Object.assign(standby, { promote: () => promote(standby) })
}

async function following(
  { clock, signal }: ServerContext,
  primary: Postgres,
  name: string,
): Promise<void> {
  const deadline = clock.nowMs() + followWithinMs
  for (;;) {
    const { rows } = await withPostgres(primary.url, client =>
      client.query('select from pg_stat_replication where application_name = $1 and state = $2', [
        name,
        'streaming',
      ]),
    )
    if (rows.length > 0) return
    if (clock.nowMs() > deadline) {
      throw new Error(`${name} does not follow ${primary.name} after ${followWithinMs} ms.`)
    }
    await clock.sleep(20, signal)
  }
}

async function promote(standby: Postgres): Promise<void> {
  const { rows } = await withPostgres(standby.url, client =>
    client.query<{ done: boolean }>('select pg_promote(true, $1) as done', [promoteWithinSeconds]),
  )
  if (!rows[0]?.done) {
    throw new Error(
      `${standby.name} takes no writes ${promoteWithinSeconds} s after its promotion.`,
    )
  }
}
