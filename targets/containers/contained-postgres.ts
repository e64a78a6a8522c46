import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import {
  type Postgres,
  postgresArguments,
  postgresSettings,
  withPostgres,
} from '../runtime/postgres-server.ts'
import { reservePort } from '../runtime/reserve-port.ts'
import { type ServerContext, ServerPart } from '../runtime/server-part.ts'
import type { Containers } from './containers.ts'

/** Where the image keeps its data: in the container, so that nothing outside can copy it. */
const dataFolder = '/var/lib/postgresql/18/docker'

/** A Postgres in a container, with the settings that it has as a process. */
export async function containedPostgres(
  context: ServerContext,
  containers: Containers,
  name: string,
  more: Readonly<Record<string, string>>,
): Promise<Postgres> {
  const { port, release } = await reservePort()
  const password = randomBytes(12).toString('hex')
  const urlVia = (address: { readonly host: string; readonly port: number }) =>
    `postgres://postgres:${password}@${address.host}:${address.port}/postgres`
  const url = urlVia({ host: '127.0.0.1', port })
  const logFile = join(context.runFolder, `${name}.log`)
  const settings = { ...postgresSettings, ...more, listen_addresses: '*' }
  await release()
  const process = await containers.start({
    name,
    image: 'postgres',
    user: '999:999',
    environment: { POSTGRES_PASSWORD: password, PGDATA: dataFolder },
    command: ['postgres', '-p', `${port}`, ...postgresArguments(settings)],
    ports: [port],
    logFile,
    stopSignal: 'SIGINT',
  })
  const part = new ServerPart(context, process, { port, logFile }, async () => {
    await versionOf(url)
  })
  await part.ready()
  return Object.assign(part, { url, urlVia, dataFolder, version: await versionOf(url) })
}

async function versionOf(url: string): Promise<string> {
  const { rows } = await withPostgres(url, client =>
    client.query<{ server_version: string }>('show server_version'),
  )
  return rows[0]?.server_version ?? 'unknown'
}
