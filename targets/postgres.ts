import { join } from 'node:path'
import pg from 'pg'
import { type PostgresPrograms, postgresPrograms } from './runtime/postgres-programs.ts'
import { copyTemplate, postgresTemplate } from './runtime/postgres-template.ts'
import { reservePort } from './runtime/reserve-port.ts'
import { type ServerContext, ServerPart } from './runtime/server-part.ts'

export interface PostgresOptions {
  /** Default `postgres`. */
  readonly name?: string
  /** Further settings of the server: `{ max_connections: '200' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

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
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // A killed server would leave its segments in /dev/shm.
  dynamic_shared_memory_type: 'mmap',
  fsync: 'off',
  full_page_writes: 'off',
  wal_retrieve_retry_interval: '100ms',
} as const

/** @throws {LabError} when there is no Postgres for this machine, or it does not start. */
export async function startPostgres(
  context: ServerContext,
  options: PostgresOptions = {},
): Promise<Postgres> {
  const { progress } = context
  const programs = await postgresPrograms({ progress })
  const template = await postgresTemplate(programs, { progress })
  const name = options.name ?? 'postgres'
  const dataFolder = join(context.scratchFolder, name)
  await copyTemplate(template, dataFolder)
  const { port, release } = await reservePort()
  const urlVia = (address: { readonly host: string; readonly port: number }) =>
    `postgres://postgres:${template.password}@${address.host}:${address.port}/postgres`
  const url = urlVia({ host: '127.0.0.1', port })
  const logFile = join(context.runFolder, `${name}.log`)
  await release()
  const process = await context.guardian.spawn({
    name,
    command: programs.postgres,
    args: ['-D', dataFolder, '-p', `${port}`, ...asArguments({ ...settings, ...options.settings })],
    cwd: dataFolder,
    logFile,
    unprivileged: true,
    stopSignal: 'SIGINT',
  })
  const part = new ServerPart(context, process, { port, logFile }, () =>
    expectDataFolder(url, dataFolder),
  )
  await part.ready()
  return Object.assign(part, { url, urlVia, dataFolder, version: shortVersion(programs) })
}

/** Proves that it is our server that answers, and not another on the same port. */
async function expectDataFolder(url: string, dataFolder: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ data_directory: string }>('show data_directory')
    const found = rows[0]?.data_directory
    if (found !== dataFolder) throw new Error(`another server answers, with its data in ${found}`)
  } finally {
    await client.end()
  }
}

function asArguments(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([key, value]) => ['-c', `${key}=${value}`])
}

function shortVersion({ version }: PostgresPrograms): string {
  return version.replace(/^postgres \(PostgreSQL\) /, '')
}
