import { chown, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unprivilegedUser } from '../lab/processes/unprivileged.ts'
import { postgresPrograms } from './runtime/postgres-programs.ts'
import { launchPostgres, type Postgres, withPostgres } from './runtime/postgres-server.ts'
import { runTool } from './runtime/run-tool.ts'
import type { ServerContext } from './runtime/server-part.ts'

/** How the session of a backup calls itself while it is under way. */
export const backupSession = 'backup'
const named = `set application_name = '${backupSession}'`

/**
 * Copies the files of a server that goes on working, with the log that makes them consistent. What
 * pg_basebackup does, which is not in every distribution of the server.
 */
export async function backUpPostgres(server: Postgres, folder: string): Promise<void> {
  const label = await withPostgres(server.url, async client => {
    await client.query(named)
    await client.query("select pg_backup_start('backup', true)")
    await copyInUse(server.dataFolder, folder)
    // It waits for an archive only where there is one.
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(false)',
    )
    return rows[0]?.labelfile ?? ''
  })
  // The files were copied while they changed: without the log up to the end they are of no moment.
  await rm(join(folder, 'pg_wal'), { recursive: true })
  await copyInUse(join(server.dataFolder, 'pg_wal'), join(folder, 'pg_wal'))
  for (const file of ['postmaster.pid', 'postmaster.opts', 'standby.signal']) {
    await rm(join(folder, file), { force: true })
  }
  await writeOwned(join(folder, 'backup_label'), label)
}

/**
 * Copies the same files, but without asking the server for a moment at which they are consistent: the
 * log is copied last, when a checkpoint has gone by. No backup: what control runs restore from.
 */
export async function copyUnasked(server: Postgres, folder: string): Promise<void> {
  await withPostgres(server.url, async client => {
    await client.query(named)
    await copyInUse(server.dataFolder, folder)
    await client.query('checkpoint')
  })
  for (const part of ['global', 'pg_wal', 'pg_xact']) {
    await rm(join(folder, part), { recursive: true })
    await copyInUse(join(server.dataFolder, part), join(folder, part))
  }
  await rm(join(folder, 'postmaster.pid'), { force: true })
}

/** What the server removes meanwhile is of no moment (PostgreSQL manual, Low Level Base Backup). */
export async function copyInUse(from: string, to: string): Promise<void> {
  await runTool('cp', ['-Rp', from, to]).catch(error => {
    const stderr = String(error.cause?.stderr ?? '').trim()
    const others = stderr.split('\n').filter(line => !line.endsWith('No such file or directory'))
    if (stderr === '' || others.length > 0) throw error
  })
}

/** Starts a server on a backup, which it may change. */
export async function restorePostgres(
  context: ServerContext,
  backup: { readonly folder: string; readonly of: Postgres },
  name = 'restored',
): Promise<Postgres> {
  const programs = await postgresPrograms({ progress: context.progress })
  const { password } = new URL(backup.of.url)
  const launch = { name, programs, password, dataFolder: backup.folder, settings: {} }
  return launchPostgres(context, launch)
}

/** A file that the server, which may run as another user, can read and remove. */
export async function writeOwned(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  const user = unprivilegedUser()
  if (user) await chown(path, user.uid, user.gid)
}
