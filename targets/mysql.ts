import { join, relative } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { z } from 'zod'
import { findServer } from './runtime/find-server.ts'
import { type MariadbData, mariadbData } from './runtime/mariadb-data.ts'
import { mariadbServer } from './runtime/mariadb-server.ts'
import { mysqlData } from './runtime/mysql-data.ts'
import { mysqlServer } from './runtime/mysql-server.ts'
import { reservePort } from './runtime/reserve-port.ts'
import { type ServerContext, ServerPart } from './runtime/server-part.ts'

export interface MysqlOptions {
  /** Default `mysql`. */
  readonly name?: string
  /** Which of the two speaks the protocol. Default `mariadb`. */
  readonly program?: keyof typeof programs
  /** Further settings of the server: `{ max_connections: '200' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A running MariaDB or MySQL: killed, paused, started again with its data. */
export interface Mysql extends ServerPart {
  /** Of a user that may do all, straight to the server. Holds the password: not for logs. */
  readonly url: string
  /** The same through another address, such as a link's. */
  urlVia(address: { readonly host: string; readonly port: number }): string
  readonly version: string
}

/**
 * What a crash of the process cannot lose may stay in the kernel's memory: a commit is written
 * before it is acknowledged, and synced within a second.
 */
const settings = {
  bind_address: '127.0.0.1',
  skip_name_resolve: '1',
  innodb_flush_log_at_trx_commit: '2',
  innodb_doublewrite: '0',
  innodb_buffer_pool_size: '64M',
  performance_schema: '0',
  character_set_server: 'utf8mb4',
  collation_server: 'utf8mb4_unicode_ci',
} as const

const programs = {
  mariadb: {
    kind: mariadbServer,
    initialise: mariadbData,
    settings: { innodb_log_file_size: '32M' },
  },
  mysql: {
    kind: mysqlServer,
    initialise: mysqlData,
    settings: { innodb_redo_log_capacity: '32M' },
  },
} as const

/** @throws {LabError} `no-server` when there is no such server for this machine. */
export async function startMysql(
  context: ServerContext,
  options: MysqlOptions = {},
): Promise<Mysql> {
  const { kind, initialise, settings: own } = programs[options.program ?? 'mariadb']
  const program = await findServer(kind, { progress: context.progress })
  const name = options.name ?? 'mysql'
  const data = await initialise(program, join(context.scratchFolder, name))
  const { port, release } = await reservePort()
  const logFile = join(context.runFolder, `${name}.log`)
  await release()
  const process = await context.guardian.spawn({
    name,
    command: program.command,
    args: asArguments(data, port, { ...settings, ...own, ...options.settings }),
    env: program.env,
    cwd: data.folder,
    logFile,
    unprivileged: true,
  })
  const urlVia = (address: { readonly host: string; readonly port: number }) =>
    `mysql://${data.user}:${data.password}@${address.host}:${address.port}/${data.database}`
  const url = urlVia({ host: '127.0.0.1', port })
  const part = new ServerPart(context, process, { port, logFile }, () => answers(url, data.folder))
  await part.ready()
  return Object.assign(part, { url, urlVia, version: shortVersion(program.version) })
}

/** Proves that it is our server that answers, and not another on the same port. */
async function answers(url: string, dataFolder: string): Promise<void> {
  const connection = await createConnection({ uri: url, connectTimeout: 1_000 })
  try {
    const [rows] = await connection.query('SELECT @@datadir AS folder')
    const [{ folder }] = z.tuple([z.object({ folder: z.string() })]).parse(rows)
    // It ends its folder with a slash.
    if (relative(folder, dataFolder) !== '') throw new Error(`another server answers, in ${folder}`)
  } finally {
    connection.destroy()
  }
}

function asArguments(
  data: MariadbData,
  port: number,
  values: Readonly<Record<string, string>>,
): readonly string[] {
  return [
    '--no-defaults',
    `--datadir=${data.folder}`,
    `--tmpdir=${data.folder}`,
    `--port=${port}`,
    // Relative to the data folder: a longer path would not fit into a socket's name.
    '--socket=server.sock',
    '--pid-file=server.pid',
    `--init-file=${data.initFile}`,
    ...data.settings,
    ...Object.entries(values).map(([key, value]) => `--${key.replaceAll('_', '-')}=${value}`),
  ]
}

function shortVersion(text: string): string {
  return /Ver (\S+)/.exec(text)?.[1] ?? text
}
