import type { Killable, Link, Linked, Pausable, Selector } from '../lab/model/capability.ts'
import type { SystemProbe } from '../lab/model/hypothesis.ts'
import type { Context, Target } from '../lab/model/target.ts'
import { type LinkedPart, withLinks } from './linked.ts'
import { postgresSessions } from './meters/postgres-sessions.ts'
import { redisClients } from './meters/redis-clients.ts'
import { serviceMetrics } from './meters/service-metrics.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { type Address, listenAddress, type Proxies, startProxies } from './proxy.ts'
import {
  planSentinel,
  type SentinelCluster,
  type SentinelOptions,
  type SentinelPlan,
} from './redis-sentinel.ts'
import type { Endpoint, WithEndpoints } from './scenarios/endpoints.ts'
import { defenceNames } from './service/defences.ts'
import { type ServiceInstance, startInstance } from './service-instance.ts'
import { serviceLog } from './service-log.ts'

export interface ShopOptions {
  readonly redis: SentinelOptions
  /** Processes of the service; each has links of its own to everything it uses. */
  readonly instances: number
}

/** The service under test on Postgres and a Redis with Sentinels, every path through the proxy. */
export interface Shop extends WithEndpoints {
  readonly postgres: Postgres
  readonly redis: SentinelCluster
  readonly instances: readonly ServiceInstance[]
}

export function shop(options: ShopOptions): Target<Shop> {
  return { name: 'shop', defences: defenceNames, start: context => startShop(context, options) }
}

/** The Redis node that Sentinels hold to be the primary when the fault strikes. */
export const primary: Selector<Shop, LinkedPart> = Object.assign(
  async (system: Shop) => linked(system, await system.redis.primary()),
  { label: 'redis primary' },
)

/** With all links by which clients and peers reach it. */
function linked({ links }: Shop, part: Killable & Pausable): LinkedPart {
  return withLinks(
    part,
    links.filter(({ provider }) => provider === part.name),
  )
}

/** The link by which replicas and Sentinels reach the primary; its clients have others. */
export const replication: Selector<Shop, Linked> = Object.assign(
  async (system: Shop): Promise<Linked> => {
    const { name } = await system.redis.primary()
    const links = system.links.filter(link => link.name === peerLink(name))
    return { name: `peers of ${name}`, links }
  },
  { label: 'redis primary ↔ its peers' },
)

/** Replicas that follow the primary, as they say themselves. */
export const replicaCount: SystemProbe<Shop, number> = {
  name: 'replicas with a working link to the primary',
  measure: async system => (await system.redis.replicas()).length,
}

async function startShop(context: Context, options: ShopOptions): Promise<Shop> {
  await using starting = new AsyncDisposableStack()
  const [proxies, postgres, plan] = await Promise.all([
    startProxies(context).then(one => starting.use(one)),
    startPostgres(context).then(one => starting.use(one)),
    planSentinel(context, options.redis),
  ])
  const announced = await peerLinks(proxies, plan)
  const redis = starting.use(await plan.start(announced))
  const numbers = Array.from({ length: options.instances }, (_, index) => index + 1)
  const instances = await Promise.all(
    numbers.map(async number => {
      const name = `shop-${number}`
      const config = await wire(name, proxies, postgres, plan, announced)
      const instance = await startInstance(context, name, config)
      starting.use(instance.process)
      return instance
    }),
  )
  const sessions = starting.use(postgresSessions(postgres.name, postgres.url))
  const [first, ...others] = await Promise.all(instances.map(one => frontDoor(proxies, one)))
  if (!first) throw new RangeError('A shop needs at least one instance.')
  const running = starting.move()
  return {
    links: proxies.links,
    postgres,
    redis,
    instances,
    endpoints: [first, ...others],
    logs: instances.map(({ name, logFile }) => serviceLog(name, logFile)),
    meters: [
      sessions,
      ...redis.nodes.map(redisClients),
      ...instances.map(({ name, api }) => serviceMetrics(name, `http://${api.host}:${api.port}`)),
    ],
    describe: () => ({
      postgres: postgres.version,
      redis: redis.nodes[0]?.version ?? 'unknown',
      topology: `${plan.nodes.length} Redis nodes, ${plan.sentinels.length} Sentinels`,
      instances: `${instances.length}`,
      proxy: context.proxy,
    }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

const peerLink = (node: string) => `peers>${node}`

/** One link per node for all its peers: a Redis server announces one address to everybody. */
async function peerLinks(proxies: Proxies, plan: SentinelPlan): Promise<Record<string, Address>> {
  const links = await Promise.all(
    plan.nodes.map(async node => {
      const link = await proxies.link({
        consumer: 'peers',
        provider: node.name,
        protocol: 'redis',
        upstream: node,
      })
      return [node.name, listenAddress(link)] as const
    }),
  )
  return Object.fromEntries(links)
}

/** Gives an instance links of its own, and maps what Redis announces to them. */
async function wire(
  consumer: string,
  proxies: Proxies,
  postgres: Postgres,
  plan: SentinelPlan,
  announced: Readonly<Record<string, Address>>,
) {
  const link = async (provider: string, protocol: Link['protocol'], upstream: Address) =>
    listenAddress(await proxies.link({ consumer, provider, protocol, upstream }))
  const [database, nodes, sentinels] = await Promise.all([
    link('postgres', 'postgres', { host: '127.0.0.1', port: postgres.port }),
    Promise.all(plan.nodes.map(node => link(node.name, 'redis', node))),
    Promise.all(plan.sentinels.map(node => link(node.name, 'redis', node))),
  ])
  const natMap = Object.fromEntries(
    plan.nodes.flatMap((node, index) => {
      const [known, own] = [announced[node.name], nodes[index]]
      return known && own ? [[`${known.host}:${known.port}`, own] as const] : []
    }),
  )
  return {
    postgres: { url: postgres.urlVia(database) },
    redis: {
      sentinels,
      name: plan.masterName,
      natMap,
      confirmReplicas: plan.nodes.length - 1,
    },
  }
}

async function frontDoor(proxies: Proxies, instance: ServiceInstance): Promise<Endpoint> {
  const { name, api, realtime } = instance
  const door = (provider: string, protocol: Link['protocol'], upstream: Address) =>
    proxies.link({ consumer: 'client', provider, protocol, upstream })
  const [http, websocket] = await Promise.all([
    door(`${name}.api`, 'tcp', api),
    door(`${name}.realtime`, 'tcp', realtime),
  ])
  return {
    name,
    http: `http://${http.listenHost}:${http.listenPort}`,
    websocket: `ws://${websocket.listenHost}:${websocket.listenPort}`,
  }
}
