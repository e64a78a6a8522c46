import type { Linked } from '../../lab/model/capability.ts'
import { redisClients } from '../meters/redis-clients.ts'
import { type RedisNode, type RedisOptions, startRedis } from '../redis.ts'
import type { PartPlan } from './part-plan.ts'
import { reachOf } from './reach.ts'
import { startSentinels } from './start-sentinels.ts'
import { labClient } from './wires.ts'

export interface RedisPartOptions extends Pick<RedisOptions, 'settings'> {
  /** So many Sentinels watch over a primary and its replicas; default 0: one server alone. */
  readonly sentinels?: number
  /** Default 2 where there are Sentinels. */
  readonly replicas?: number
  /** Clients of the lab reach it, too, by links `client>…`; default false. */
  readonly traffic?: boolean
}

/** A real Redis server that can be killed, paused, hurt on its links and in itself. */
export type RedisPart = RedisNode & Linked

/**
 * One Redis server, which appends what it acknowledged to a file: a restart finds it again. With
 * Sentinels a fault is aimed at the node that is the primary when it strikes; a service is told
 * `sentinels`, `masterName` and `natMap`.
 */
export function redis(options: RedisPartOptions = {}): PartPlan<RedisPart> {
  const { sentinels = 0, replicas = 2, settings = {}, traffic = false } = options
  return {
    kind: 'redis',
    start: async setting => {
      if (sentinels > 0) return startSentinels(setting, { sentinels, replicas, settings })
      const { name, context, wires } = setting
      const server = await startRedis(context, { name, settings })
      const part = Object.assign(server, { links: wires.to(name) })
      const reachBy = async (consumer: string) => {
        const path = { consumer, provider: name, protocol: 'redis' } as const
        const { host, port } = server
        const apart = consumer === labClient
        const at = await wires.address({ ...path, upstream: { host, port }, apart })
        return reachOf(`redis://${at.host}:${at.port}`)
      }
      if (traffic) await reachBy(labClient)
      return {
        pick: () => part,
        direct: reachOf(`redis://${server.host}:${server.port}`),
        reachBy,
        meters: [redisClients(server)],
        description: `Redis ${server.version}`,
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      }
    },
  }
}
