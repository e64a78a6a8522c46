import { join } from 'node:path'
import pg from 'pg'
import type { PostgresPrograms } from './postgres-programs.ts'
import { reservePort } from './reserve-port.ts'
import { type ServerContext, ServerPart } from './server-part.ts'

/** A running PostgreSQL: can be killed, paused and started again with the data it had. */
export interface Postgres extends ServerPart {
  /** Of the superuser, straight to the server. Holds the password: not for logs. */
  readonly url: string
  /** The same through another address, such as a link's. */
  urlVia(address: { readonly host: string; readonly port: number }): string
  readonly version: string
  readonly dataFolder: string
}

/**
 * What a crash of the process cannot lose may stay in the kernel's memory: so no fsync. But commits
 * are written before they are acknowledged: never `synchronous_commit=off`.
 */
export const postgresSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // A killed server would leave its segments in /dev/shm.
  dynamic_shared_memory_type: 'mmap',
  fsync: 'off',
  full_page_writes: 'off',
  // A standby that lost its link for a while shall find what it missed.
  wal_keep_size: '256MB',
  // Else a promotion sometimes waits five seconds for the primary that is gone.
  wal_retrieve_retry_interval: '100ms',
} as const

interface PostgresLaunch {
  readonly name: string
  readonly programs: PostgresPrograms
  readonly password: string
  readonly dataFolder: string
  readonly settings: Readonly<Record<string, string>>
}

/** Starts a server on a data folder that is there, and awaits its answer. */
export async function launchPostgres(
  context: ServerContext,
  { name, programs, password, dataFolder, settings: more }: PostgresLaunch,
): Promise<Postgres> {
  const { port, release } = await reservePort()
  const urlVia = (address: { readonly host: string; readonly port: number }) =>
    `postgres://postgres:${password}@${address.host}:${address.port}/postgres`
  const url = urlVia({ host: '127.0.0.1', port })
  const logFile = join(context.runFolder, `${name}.log`)
  await release()
  const process = await context.guardian.spawn({
    name,
    command: programs.postgres,
    args: [
      '-D',
      dataFolder,
      '-p',
      `${port}`,
      ...postgresArguments({ ...postgresSettings, ...more }),
    ],
    cwd: dataFolder,
    logFile,
    unprivileged: true,
    stopSignal: 'SIGINT',
  })
  const part = new ServerPart(context, process, { port, logFile }, () =>
    expectDataFolder(url, dataFolder),
  )
  await part.ready()
  const version = programs.version.replace(/^postgres \(PostgreSQL\) /, '')
  return Object.assign(part, { url, urlVia, dataFolder, version })
}

/** A connection for one use. */
export async function withPostgres<T>(
  url: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  // A server that is killed meanwhile ends the query under way, and tells it.
  client.on('error', () => {})
  try {
    await client.connect()
    return await use(client)
  } finally {
    await client.end()
  }
}

/** Proves that it is our server that answers, and not another on the same port. */
async function expectDataFolder(url: string, dataFolder: string): Promise<void> {
  const { rows } = await withPostgres(url, client =>
    client.query<{ data_directory: string }>('show data_directory'),
  )
  const found = rows[0]?.data_directory
  if (found !== dataFolder) throw new Error(`another server answers, with its data in ${found}`)
}

export function postgresArguments(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => ['-c', `${key}=${value}`])
}
