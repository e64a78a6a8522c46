import type { Link } from '../../../lab/model/capability.ts'

/** A path in the composed system: through our proxy, which taps it, and then through Toxiproxy. */
export interface ComposedLink extends Pick<Link, 'name' | 'consumer' | 'provider' | 'protocol'> {
  /** On which both proxies listen for it. */
  readonly port: number
  readonly upstream: string
}

export const shops = ['shop-1', 'shop-2'] as const
export const workers = ['worker-1', 'worker-2'] as const
export const redisNodes = ['redis-1', 'redis-2', 'redis-3'] as const
export const sentinels = ['sentinel-1', 'sentinel-2', 'sentinel-3'] as const
export const rolePorts = { api: 3000, realtime: 3001, worker: 3002 } as const

const firstPort = 20_000

type Path = Omit<ComposedLink, 'name' | 'port'>

/** All of them; each has the port of its place in the list. */
export const composedLinks: readonly ComposedLink[] = [
  ...[...shops, ...workers].flatMap(outward),
  ...redisNodes.map(provider => path('peers', provider, 'redis', 6379)),
  ...shops.flatMap(shop => inward('balancer', shop)),
  ...shops.flatMap(shop => inward('client', shop)),
  path('client', 'balancer', 'tcp', 8080),
].map((each, index) => ({
  ...each,
  name: `${each.consumer}>${each.provider}`,
  port: firstPort + index,
}))

/** @throws {RangeError} for a path that the composed system does not have. */
export function portOf(name: string): number {
  const found = composedLinks.find(link => link.name === name)
  if (!found) throw new RangeError(`The composed system has no link ${name}.`)
  return found.port
}

function outward(consumer: string): readonly Path[] {
  return [
    path(consumer, 'postgres', 'postgres', 5432),
    ...redisNodes.map(provider => path(consumer, provider, 'redis', 6379)),
    ...sentinels.map(provider => path(consumer, provider, 'redis', 26_379)),
    path(consumer, 'payments', 'http', 8080),
    path(consumer, 'marketplace', 'http', 8080),
    path(consumer, 'smtp', 'tcp', 8080),
  ]
}

function inward(consumer: string, shop: string): readonly Path[] {
  return (['api', 'realtime'] as const).map(role => ({
    consumer,
    provider: `${shop}.${role}`,
    protocol: 'tcp',
    upstream: `${shop}:${rolePorts[role]}`,
  }))
}

function path(
  consumer: string,
  provider: string,
  protocol: Link['protocol'],
  upstreamPort: number,
): Path {
  return { consumer, provider, protocol, upstream: `${provider}:${upstreamPort}` }
}
