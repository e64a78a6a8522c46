import { randomBytes } from 'node:crypto'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unprivilegedUser } from '../../lab/processes/unprivileged.ts'
import type { ServerProgram } from './find-server.ts'
import type { MariadbData } from './mariadb-data.ts'
import { runTool } from './run-tool.ts'

/** An initialised data folder of MySQL 8.0 or newer, in about 3 s. */
export async function mysqlData(
  { command, env }: ServerProgram,
  folder: string,
): Promise<MariadbData> {
  const user = unprivilegedUser()
  const data = join(folder, 'data')
  await mkdir(data, { recursive: true, mode: 0o700 })
  const password = randomBytes(12).toString('hex')
  const initFile = join(folder, 'init.sql')
  await writeFile(initFile, initSql(password), { mode: 0o600 })
  if (user) await Promise.all([folder, data, initFile].map(it => chown(it, user.uid, user.gid)))
  const options = ['--no-defaults', '--initialize-insecure', `--datadir=${data}`, ...settings]
  await runTool(command, options, { env, cwd: folder, timeoutMs: 120_000, ...user })
  return { folder: data, user: 'lab', password, database: 'lab', settings, initFile }
}

/** No second protocol on a fixed port, no log for replicas, no folder of an installation. */
const settings = ['--mysqlx=OFF', '--disable-log-bin', '--secure-file-priv=NULL']

/** A new data folder has one user, who needs no password: nobody may be that one from now on. */
function initSql(password: string): string {
  return [
    'CREATE DATABASE IF NOT EXISTS lab;',
    `CREATE USER IF NOT EXISTS lab@'127.0.0.1' IDENTIFIED BY '${password}';`,
    "GRANT ALL ON *.* TO lab@'127.0.0.1' WITH GRANT OPTION;",
    'ALTER USER root@localhost ACCOUNT LOCK;',
  ].join('\n')
}
