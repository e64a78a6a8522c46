import { type Address, type RedisNode, redisProgram, startNode } from './runtime/redis-node.ts'
import { reservePort } from './runtime/reserve-port.ts'
import type { ServerContext } from './runtime/server-part.ts'

export interface RedisOptions {
  /** Default `redis`. */
  readonly name?: string
  /** Further settings of the server: `{ maxmemory: '50mb' }`. */
  readonly settings?: Readonly<Record<string, string>>
}

export type { Address, RedisNode }

/** A single Redis that appends what it acknowledged to a file, so a restart finds it again. */
export async function startRedis(
  context: ServerContext,
  options: RedisOptions = {},
): Promise<RedisNode> {
  const program = await redisProgram(context)
  const reserved = await reservePort()
  return startNode(context, program, reserved, options.name ?? 'redis', options.settings ?? {})
}
