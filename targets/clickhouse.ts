import { createHash, randomBytes } from 'node:crypto'
import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unprivilegedUser } from '../lab/processes/unprivileged.ts'
import { clickhouseConfig, clickhouseUsers } from './runtime/clickhouse-config.ts'
import { clickhouseServer } from './runtime/clickhouse-server.ts'
import { findServer } from './runtime/find-server.ts'
import { reservePort } from './runtime/reserve-port.ts'
import { type ServerContext, ServerPart } from './runtime/server-part.ts'

/** A running ClickHouse, by its HTTP interface: killed, paused, started again with its data. */
export interface Clickhouse extends ServerPart {
  /** Straight to the server: `http://127.0.0.1:14711`. */
  readonly url: string
  readonly username: string
  /** Not for logs. */
  readonly password: string
  readonly version: string
}

/** @throws {LabError} `no-server` when there is no ClickHouse for this machine. */
export async function startClickhouse(
  context: ServerContext,
  { name = 'clickhouse' }: { readonly name?: string } = {},
): Promise<Clickhouse> {
  const program = await findServer(clickhouseServer, { progress: context.progress })
  const folder = join(context.scratchFolder, name)
  await mkdir(folder, { recursive: true })
  const password = randomBytes(12).toString('hex')
  const [http, tcp] = [await reservePort(), await reservePort()]
  const usersFile = join(folder, 'users.xml')
  const configFile = join(folder, 'config.xml')
  await writeFile(usersFile, clickhouseUsers(sha256(password)))
  await writeFile(
    configFile,
    clickhouseConfig({ folder, httpPort: http.port, tcpPort: tcp.port, usersFile }),
  )
  const user = unprivilegedUser()
  if (user) await chown(folder, user.uid, user.gid)
  await Promise.all([http.release(), tcp.release()])
  const logFile = join(context.runFolder, `${name}.log`)
  const process = await context.guardian.spawn({
    name,
    command: program.command,
    args: [`--config-file=${configFile}`],
    env: program.env,
    cwd: folder,
    logFile,
    unprivileged: true,
    // It takes 8 s to say goodbye, and its data is thrown away with the scratch folder.
    stopSignal: 'SIGKILL',
  })
  const url = `http://127.0.0.1:${http.port}`
  const ask = async () => {
    const headers = { 'x-clickhouse-user': 'lab', 'x-clickhouse-key': password }
    const signal = AbortSignal.timeout(1_000)
    const answer = await fetch(`${url}/?query=SELECT%20version()`, { headers, signal })
    const text = await answer.text()
    // The password is ours alone, so it is our server that knows it.
    if (!answer.ok) throw new Error(`${answer.status} ${text}`)
    return text.trim()
  }
  const part = new ServerPart(context, process, { port: http.port, logFile }, async () => {
    await ask()
  })
  await part.ready()
  return Object.assign(part, { url, username: 'lab', password, version: await ask() })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
