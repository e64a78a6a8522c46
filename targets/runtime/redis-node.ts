import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { ServerProgram } from './find-server.ts'
import type { ReservedPort } from './reserve-port.ts'
import { type ServerContext, ServerPart } from './server-part.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** One Redis server, on an address of its own. */
export interface RedisNode extends ServerPart {
  readonly version: string
  /** `INFO`, or a section of it, as a table. */
  info(section?: string): Promise<Readonly<Record<string, string>>>
}

const settings = {
  bind: '127.0.0.1',
  // Appended before it is acknowledged: an acknowledged write survives a kill of the process.
  appendonly: 'yes',
  save: '""',
  // With diskless sync a replica says it is online before it can lose nothing.
  'repl-diskless-sync': 'no',
  'repl-ping-replica-period': '1',
} as const

export async function startNode(
  context: ServerContext,
  program: ServerProgram,
  reserved: ReservedPort,
  name: string,
  more: Readonly<Record<string, string>>,
): Promise<RedisNode> {
  const part = await spawnRedis(context, program, reserved, name, { ...settings, ...more })
  const address = { host: part.host, port: part.port }
  return Object.assign(part, {
    version: /v=(\S+)/.exec(program.version)?.[1] ?? program.version,
    info: async (section = 'default') =>
      parseInfo(await withClient(address, client => client.info(section))),
  })
}

/** Starts a Redis program, server or Sentinel, from a file it may rewrite, and awaits its PONG. */
export async function spawnRedis(
  context: ServerContext,
  program: ServerProgram,
  { port, release }: ReservedPort,
  name: string,
  values: Readonly<Record<string, string | readonly string[]>>,
  mode: readonly string[] = [],
): Promise<ServerPart> {
  const folder = join(context.scratchFolder, name)
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'redis.conf')
  const lines = Object.entries({ port: `${port}`, dir: quoted(folder), ...values })
  const text = lines.flatMap(([key, value]) => [value].flat().map(one => `${key} ${one}\n`))
  await writeFile(file, text.join(''))
  const logFile = join(context.runFolder, `${name}.log`)
  await release()
  const process = await context.guardian.spawn({
    name,
    command: program.command,
    args: [file, ...mode],
    env: program.env,
    cwd: folder,
    logFile,
  })
  const part = new ServerPart(context, process, { port, logFile }, () =>
    withClient({ host: '127.0.0.1', port }, client => expectProcess(client, process.pid)),
  )
  await part.ready()
  return part
}

/** As one word of a Redis configuration. */
function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&')}"`
}

/** Proves that it is our process that answers, and that it has loaded its data. */
async function expectProcess(client: Redis, pid: number): Promise<void> {
  const { process_id: found, loading } = parseInfo(await client.info('default'))
  if (found !== `${pid}`) throw new Error(`process ${found} answers instead of ${pid}`)
  if (loading === '1') throw new Error('it is loading its data')
}

/** A connection for one use, which fails at once instead of waiting for better days. */
export async function withClient<T>(
  address: Address,
  use: (client: Redis) => Promise<T>,
): Promise<T> {
  const client = new Redis({
    ...address,
    // Faults that count a server's clients leave the lab's own out.
    connectionName: 'lab',
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return await use(client)
  } finally {
    client.disconnect()
  }
}

export function parseInfo(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...text.matchAll(/^([^#:\r\n]+):(.*?)\r?$/gm)].map(([, key = '', value = '']) => [key, value]),
  )
}
