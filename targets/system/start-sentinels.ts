import { redisClients } from '../meters/redis-clients.ts'
import type { Address } from '../proxy.ts'
import { planSentinel, type SentinelOptions, type SentinelPlan } from '../redis-sentinel.ts'
import type { Setting, StartedPart } from './part-plan.ts'
import { type Reach, reachOf } from './reach.ts'
import type { RedisPart } from './redis.ts'
import type { Wires } from './wires.ts'

/**
 * A primary with its replicas, `redis-1`, …, and Sentinels, `sentinel-1`, …. Redis announces one address
 * to everybody, that of the links of its peers; `natMap` leads each consumer to its own.
 */
export async function startSentinels(
  { context, wires }: Setting,
  options: SentinelOptions,
): Promise<StartedPart<RedisPart>> {
  const plan = await planSentinel(context, options)
  const announced = await addressesBy('peers', plan.nodes, wires)
  const cluster = await plan.start(
    Object.fromEntries(
      plan.nodes.map(({ name }, at) => [name, announced[at] ?? plan.nodes[at] ?? nowhere]),
    ),
  )
  const parts = cluster.nodes.map(node => Object.assign(node, { links: wires.to(node.name) }))
  return {
    pick: async () => {
      const { name } = await cluster.primary()
      const found = parts.find(part => part.name === name)
      if (!found) throw new Error(`The primary ${name} is none of the nodes.`)
      return found
    },
    direct: reach(plan, plan.nodes, plan.sentinels, announced),
    reachBy: async consumer => {
      const nodes = await addressesBy(consumer, plan.nodes, wires)
      const sentinels = await addressesBy(consumer, plan.sentinels, wires)
      return reach(plan, nodes, sentinels, announced)
    },
    meters: cluster.nodes.map(redisClients),
    description: `Redis ${cluster.nodes[0]?.version ?? 'unknown'}, ${plan.nodes.length} nodes, ${plan.sentinels.length} Sentinels`,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  }
}

const nowhere: Address = { host: '127.0.0.1', port: 0 }

type Named = Address & { readonly name: string }

function addressesBy(consumer: string, all: readonly Named[], wires: Wires): Promise<Address[]> {
  return Promise.all(
    all.map(({ name: provider, host, port }) => {
      const path = { consumer, provider, protocol: 'redis' } as const
      return wires.address({ ...path, upstream: { host, port } })
    }),
  )
}

function reach(
  { masterName }: SentinelPlan,
  nodes: readonly Address[],
  sentinels: readonly Address[],
  announced: readonly Address[],
): Reach {
  const urls = nodes.map(({ host, port }) => `redis://${host}:${port}`)
  const natMap = Object.fromEntries(
    announced.map(({ host, port }, at) => [`${host}:${port}`, nodes[at] ?? nowhere]),
  )
  const places = sentinels.map(({ host, port }) => ({ host, port }))
  return reachOf(urls[0] ?? '', { urls, sentinels: places, masterName, natMap })
}
