import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { unprivilegedUser } from '../../lab/processes/unprivileged.ts'
import type { ServerProgram } from './find-server.ts'
import { runTool } from './run-tool.ts'

export interface MariadbData {
  readonly folder: string
  readonly user: string
  readonly password: string
  readonly database: string
  /** Settings without which this program finds its own files, here and at each start. */
  readonly settings: readonly string[]
  /** Makes the user and the database; harmless when they are there. */
  readonly initFile: string
}

const tables = [
  'mysql_system_tables.sql',
  'mysql_performance_tables.sql',
  'mysql_system_tables_data.sql',
]

/**
 * An initialised data folder, in about 0.4 s. Done with the server alone: the usual install script
 * needs tools of further packages.
 */
export async function mariadbData(
  { command, env }: ServerProgram,
  folder: string,
): Promise<MariadbData> {
  const share = shareFolder(command)
  const settings = [`--lc-messages-dir=${share}`, `--character-sets-dir=${join(share, 'charsets')}`]
  const user = unprivilegedUser()
  const data = join(folder, 'data')
  await mkdir(data, { recursive: true, mode: 0o700 })
  const scripts = await Promise.all(tables.map(name => readFile(join(share, name), 'utf8')))
  const bootstrap = join(folder, 'bootstrap.sql')
  await writeFile(
    bootstrap,
    ['CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;', ...scripts].join('\n'),
  )
  if (user) await Promise.all([folder, data].map(path => chown(path, user.uid, user.gid)))
  const options = ['--no-defaults', '--bootstrap', `--datadir=${data}`, `--tmpdir=${data}`]
  await runTool(
    'sh',
    ['-c', `exec "$0" "$@" < ${quoted(bootstrap)}`, command, ...options, ...settings],
    { env, cwd: folder, ...user },
  )
  const password = randomBytes(12).toString('hex')
  const initFile = join(folder, 'init.sql')
  await writeFile(initFile, initSql(password), { mode: 0o600 })
  if (user) await chown(initFile, user.uid, user.gid)
  return { folder: data, user: 'lab', password, database: 'lab', settings, initFile }
}

/** The unnamed users that come with a new data folder need no password: they go. */
function initSql(password: string): string {
  return [
    'CREATE DATABASE IF NOT EXISTS lab;',
    `CREATE USER IF NOT EXISTS lab@'127.0.0.1' IDENTIFIED BY '${password}';`,
    "GRANT ALL ON *.* TO lab@'127.0.0.1' WITH GRANT OPTION;",
    "DROP USER IF EXISTS ''@localhost, root@'127.0.0.1', root@'::1';",
    'ALTER USER root@localhost IDENTIFIED VIA unix_socket;',
  ].join('\n')
}

function shareFolder(command: string): string {
  const prefix = resolve(dirname(command), '..')
  const found = ['share/mysql', 'share/mariadb']
    .map(path => join(prefix, path))
    .find(path => existsSync(join(path, tables[0] ?? '')))
  if (!found) throw new Error(`${prefix} holds no SQL scripts of MariaDB to begin with.`)
  return found
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`
}
