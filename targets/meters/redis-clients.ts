import type { Meter } from '../../lab/model/meter.ts'
import type { RedisNode } from '../runtime/redis-node.ts'

/** A node's own view of its clients; the connection that asks is not counted. */
export function redisClients(node: RedisNode): Meter {
  return {
    of: node.name,
    read: async () => {
      const { connected_clients, blocked_clients, pubsub_clients } = await node.info('clients')
      const figures = {
        clients: Number(connected_clients) - 1,
        blockedClients: Number(blocked_clients),
        pubsubClients: Number(pubsub_clients),
      }
      // Older servers do not tell all of them.
      return Object.fromEntries(Object.entries(figures).filter(([, value]) => value >= 0))
    },
  }
}
