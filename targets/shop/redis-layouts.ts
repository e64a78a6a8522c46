import { type Address, listenAddress, type Proxies } from '../proxy.ts'
import { type RedisOptions, startRedis } from '../redis.ts'
import {
  planSentinel,
  type SentinelCluster,
  type SentinelOptions,
  type SentinelPlan,
} from '../redis-sentinel.ts'
import type { RedisNode } from '../runtime/redis-node.ts'
import type { ServerContext, ServerPart } from '../runtime/server-part.ts'

/** Redis as it was started: what of it can be hurt, and what an instance is told. */
export interface RunningRedis<Redis> {
  readonly redis: Redis
  readonly nodes: readonly RedisNode[]
  readonly sentinels: readonly ServerPart[]
  /** The section of the service's configuration, where servers are themselves. */
  readonly section: object
}

export type RedisLayout<Redis> = (
  context: ServerContext,
  proxies: Proxies,
) => Promise<RunningRedis<Redis>>

/** One server, named `redis`. */
export function singleRedis(options: RedisOptions = {}): RedisLayout<RedisNode> {
  return async context => {
    const redis = await startRedis(context, options)
    const { host, port } = redis
    return { redis, nodes: [redis], sentinels: [], section: { host, port } }
  }
}

/** `redis-1` (at first the primary), its replicas, and Sentinels; writes are confirmed by all. */
export function sentinel(options: SentinelOptions): RedisLayout<SentinelCluster> {
  return async (context, proxies) => {
    const plan = await planSentinel(context, options)
    const announced = await peerLinks(proxies, plan)
    const redis = await plan.start(announced)
    const { nodes, sentinels } = redis
    return { redis, nodes, sentinels, section: sectionOf(plan, announced) }
  }
}

/** One link per node for all its peers: a Redis server announces one address to everybody. */
async function peerLinks(proxies: Proxies, plan: SentinelPlan): Promise<Record<string, Address>> {
  const links = await Promise.all(
    plan.nodes.map(async ({ name: provider, host, port }) => {
      const path = { consumer: 'peers', provider, protocol: 'redis' } as const
      const link = await proxies.link({ ...path, upstream: { host, port } })
      return [provider, listenAddress(link)] as const
    }),
  )
  return Object.fromEntries(links)
}

/** By which address Redis announces each node is said by `natMap`. */
function sectionOf(plan: SentinelPlan, announced: Readonly<Record<string, Address>>) {
  const natMap = Object.fromEntries(
    plan.nodes.flatMap(({ name, host, port }) => {
      const known = announced[name]
      return known ? [[`${known.host}:${known.port}`, { host, port }] as const] : []
    }),
  )
  return {
    sentinels: plan.sentinels.map(({ host, port }) => ({ host, port })),
    name: plan.masterName,
    natMap,
    confirmReplicas: plan.nodes.length - 1,
  }
}
