import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { LabError } from '../../lab/base/errors.ts'
import { indentedLogEnd } from '../runtime/log-end.ts'
import { withPostgres } from '../runtime/postgres-server.ts'
import { commandWords } from './command-words.ts'
import type { Setting } from './part-plan.ts'
import type { Reach } from './reach.ts'
import { sqlFailed } from './sql-failed.ts'

/**
 * What makes the tables: a command, which finds DATABASE_URL and PGHOST, PGPORT, PGUSER, PGPASSWORD,
 * PGDATABASE in its environment; the path of a file of SQL (it ends in `.sql`); or a function.
 */
export type Migration = string | ((url: string) => Promise<void>)

/** How long it may take. */
const withinMs = 120_000

/** @throws {LabError} `migration-failed` with the end of its log, or the line of SQL. */
export async function migrate(migration: Migration, at: Reach, setting: Setting): Promise<void> {
  if (typeof migration === 'function') return migration(at.url)
  if (migration.endsWith('.sql')) {
    const file = resolve(setting.cwd, migration)
    let sql = ''
    try {
      sql = await readFile(file, 'utf8')
      await withPostgres(at.url, client => client.query(sql))
    } catch (error) {
      throw sqlFailed(setting.name, file, sql, error)
    }
    return
  }
  await runCommand(migration, at, setting)
}

async function runCommand(line: string, at: Reach, { name, context, cwd }: Setting) {
  const logFile = join(context.runFolder, `${name}-migrate.log`)
  const [command, ...args] = commandWords(line)
  const log = await open(logFile, 'a')
  const env = { ...process.env, DATABASE_URL: at.url, ...libpqVariables(at) }
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', log.fd, log.fd],
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(withinMs)]),
  })
  const found = await new Promise<string | undefined>(done => {
    child.once('error', error => done(`${error}`))
    child.once('exit', (code, by) => done(code === 0 ? undefined : `it ended with ${by ?? code}`))
  })
  await log.close()
  if (found === undefined) return
  throw new LabError({
    code: 'migration-failed',
    expected: `${line} to make the tables of ${name} within ${withinMs / 1000} s`,
    found: `${found}; its log ends with\n             ${indentedLogEnd(logFile)}`,
    why: 'The service would find an empty database.',
    next: `Run it by hand with DATABASE_URL set; see ${logFile}`,
  })
}

/** As libpq, and so most tools, read them. */
function libpqVariables({ host, port, user, password, database }: Reach) {
  return {
    PGHOST: host,
    PGPORT: `${port}`,
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  }
}
