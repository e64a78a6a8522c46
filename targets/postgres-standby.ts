import { appendFile, chown, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unprivilegedUser } from '../lab/guardian/unprivileged.ts'
import { postgresPrograms } from './runtime/postgres-programs.ts'
import { launchPostgres, type Postgres, withPostgres } from './runtime/postgres-server.ts'
import { runTool } from './runtime/run-tool.ts'
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
  await clone(primary, dataFolder)
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

/** What pg_basebackup does, which is not in every distribution of the server. */
async function clone(primary: Postgres, dataFolder: string): Promise<void> {
  const label = await withPostgres(primary.url, async client => {
    await client.query("select pg_backup_start('clone', true)")
    await runTool('cp', ['-Rp', primary.dataFolder, dataFolder])
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(false)',
    )
    return rows[0]?.labelfile ?? ''
  })
  for (const file of ['postmaster.pid', 'postmaster.opts', 'standby.signal']) {
    await rm(join(dataFolder, file), { force: true })
  }
  for (const [file, text] of [
    ['backup_label', label],
    ['standby.signal', ''],
  ] as const) {
    const path = join(dataFolder, file)
    await writeFile(path, text, { mode: 0o600 })
    const user = unprivilegedUser()
    if (user) await chown(path, user.uid, user.gid)
  }
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
