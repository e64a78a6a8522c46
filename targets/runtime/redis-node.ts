import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Containers } from '../containers/containers.ts'
import { imageOf } from '../containers/images.ts'
import { attachedRedis } from '../external/attached-redis.ts'
import { findServer, type ServerProgram } from './find-server.ts'
import { redisServer } from './redis-server.ts'
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

/** The server's program; in containers it is in their image. */
export async function redisProgram(context: ServerContext): Promise<ServerProgram> {
  if (context.attached) return { command: '', env: {}, version: 'unknown', from: 'runs already' }
  if (!context.containers) return findServer(redisServer, { progress: context.progress })
  const image = imageOf('redis')
  return { command: 'redis-server', env: {}, version: `image ${image}`, from: image }
}

export async function startNode(
  context: ServerContext,
  program: ServerProgram,
  reserved: ReservedPort,
  name: string,
  more: Readonly<Record<string, string>>,
): Promise<RedisNode> {
  const part = await spawnRedis(context, program, reserved, name, { ...settings, ...more })
  const address = { host: part.host, port: part.port }
  const info = async (section = 'default') =>
    parseInfo(await withClient(address, client => client.info(section)))
  const told = (context.containers || context.attached) && (await info('server')).redis_version
  return Object.assign(part, {
    version: told ?? /v=(\S+)/.exec(program.version)?.[1] ?? program.version,
    info,
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
  if (context.attached) {
    await release()
    return attachedRedis(context, context.attached, name)
  }
  if (context.containers) {
    return containedRedis(context, context.containers, { port, release }, name, values, mode)
  }
  const folder = join(context.scratchFolder, name)
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'redis.conf')
  await writeFile(file, configText({ port: `${port}`, dir: quoted(folder), ...values }))
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

/** The same in a container, whose name others know it by; what it writes stays in its volume when it is killed. */
async function containedRedis(
  context: ServerContext,
  containers: Containers,
  { port, release }: ReservedPort,
  name: string,
  values: Readonly<Record<string, string | readonly string[]>>,
  mode: readonly string[],
): Promise<ServerPart> {
  const logFile = join(context.runFolder, `${name}.log`)
  const own = { port: `${port}`, dir: '/data', ...values, bind: '*', 'protected-mode': 'no' }
  await release()
  const process = await containers.start({
    name,
    image: 'redis',
    user: '999:999',
    // It may rewrite its configuration, which therefore lies beside its data.
    command: [
      'sh',
      '-c',
      `[ -e /data/redis.conf ] || cat /etc/redis.conf >/data/redis.conf; exec redis-server /data/redis.conf ${mode.join(' ')}`,
    ],
    files: { '/etc/redis.conf': configText(own) },
    ports: [port],
    logFile,
  })
  const part = new ServerPart(context, process, { port, logFile }, () =>
    withClient({ host: '127.0.0.1', port }, async client => {
      await expectLoaded(client)
    }),
  )
  await part.ready()
  return part
}

function configText(values: Readonly<Record<string, string | readonly string[]>>): string {
  const lines = Object.entries(values)
  return lines.flatMap(([key, value]) => [value].flat().map(one => `${key} ${one}\n`)).join('')
}

/** As one word of a Redis configuration. */
function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&')}"`
}

/** Proves that it is our process that answers, and that it has loaded its data. */
async function expectProcess(client: Redis, pid: number): Promise<void> {
  const found = await expectLoaded(client)
  if (found !== `${pid}`) throw new Error(`process ${found} answers instead of ${pid}`)
}

/** Resolves to the process id that it tells. */
async function expectLoaded(client: Redis): Promise<string | undefined> {
  const { process_id: found, loading } = parseInfo(await client.info('default'))
  if (loading === '1') throw new Error('it is loading its data')
  return found
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
