import { Redis } from 'ioredis'
import { z } from 'zod'

/** What a fault of a Redis server asks of a part: its address, past every link. */
export interface RedisServer {
  readonly name: string
  readonly host: string
  readonly port: number
}

export const addressArgs = z.object({ host: z.string(), port: z.int() })
type Address = z.infer<typeof addressArgs>

export const addressOf = ({ host, port }: RedisServer): Address => ({ host, port })

/** A session for one use, which tries everything once. An undo may take five seconds. */
export async function withRedis<T>(at: Address, use: (admin: Redis) => Promise<T>): Promise<T> {
  const admin = openRedis(at)
  try {
    await admin.connect()
    return await use(admin)
  } finally {
    admin.disconnect()
  }
}

export function openRedis({ host, port }: Address): Redis {
  const admin = new Redis({
    host,
    port,
    connectionName: 'lab',
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    connectTimeout: 2_000,
  })
  admin.on('error', () => {})
  return admin
}

/** Undefined when nobody listens: a server that is gone has nothing left that could be undone. */
export async function unlessGone<T>(
  at: Address,
  use: (admin: Redis) => Promise<T>,
): Promise<T | undefined> {
  const admin = openRedis(at)
  try {
    const refusal = Promise.withResolvers<Error>()
    admin.on('error', refusal.resolve)
    const connected = await admin.connect().then(
      () => true,
      () => false,
    )
    if (connected) return await use(admin)
    const error = await refusal.promise
    if ('code' in error && error.code === 'ECONNREFUSED') return undefined
    throw error
  } finally {
    admin.disconnect()
  }
}

/** The number that follows `name:` (or `name:count=`) in INFO; 0 where there is none. */
export function figure(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(?:count=)?(\\d+)`, 'm').exec(info)?.[1] ?? 0)
}

/** Commands refused with this code since the server's start (Redis 6.2 or later). */
export async function refusedBy(admin: Redis, code: string): Promise<number> {
  return figure(await admin.info('errorstats'), `errorstat_${code}`)
}

/** Of `CONFIG GET name`. */
export async function setting(admin: Redis, name: string): Promise<string> {
  const [, value] = z.tuple([z.string(), z.string()]).parse(await admin.call('CONFIG', 'GET', name))
  return value
}

/** Keys of all databases. */
export async function keysOf(admin: Redis): Promise<number> {
  return keysIn(await admin.info('keyspace'))
}

/** Of the section `keyspace` of INFO. */
export function keysIn(keyspace: string): number {
  const counts = keyspace.matchAll(/^db\d+:keys=(\d+)/gm)
  return [...counts].reduce((sum, [, keys]) => sum + Number(keys), 0)
}

/** Ids of clients that belong neither to the lab nor to Sentinels. */
export async function usersOf(
  admin: Redis,
  type: 'normal' | 'pubsub' | 'replica',
): Promise<readonly string[]> {
  const lines = `${await admin.call('CLIENT', 'LIST', 'TYPE', type)}`.split('\n')
  return lines
    .filter(line => / name=(?!sentinel-|lab )/.test(line))
    .map(line => /^id=(\d+)/.exec(line)?.[1] ?? line)
}
