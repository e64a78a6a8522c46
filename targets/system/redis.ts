import type { Linked } from '../../lab/model/capability.ts'
import { redisClients } from '../meters/redis-clients.ts'
import { type RedisNode, type RedisOptions, startRedis } from '../redis.ts'
import type { PartPlan } from './part-plan.ts'
import { reachOf } from './reach.ts'
import { labClient } from './wires.ts'

export interface RedisPartOptions extends Pick<RedisOptions, 'settings'> {
  /** Clients of the lab (`redisTraffic`) reach it, too; default false. */
  readonly traffic?: boolean
}

/** A real Redis server that can be killed, paused, hurt on its links and in itself. */
export type RedisPart = RedisNode & Linked

/** One Redis server, which appends what it acknowledged to a file: a restart finds it again. */
export function redis(options: RedisPartOptions = {}): PartPlan<RedisPart> {
  return {
    kind: 'redis',
    start: async ({ name, context, wires }) => {
      const { settings = {}, traffic = false } = options
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
