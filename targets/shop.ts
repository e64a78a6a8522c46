import type { Context, Target } from '../lab/model/target.ts'
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
import { serviceLog } from './service-log.ts'
import { type ServiceInstance, startInstance } from './shop/instance.ts'

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
      const instance = await startInstance(context, proxies, {
        name,
        roles: ['api', 'realtime'],
        config: { ...configOf(context), ...whereabouts(postgres, plan, announced) },
        launch: { env: { NODE_ENV: 'production' } },
      })
      starting.use(instance.process)
      return instance
    }),
  )
  const sessions = starting.use(postgresSessions(postgres.name, postgres.url))
  const [first, ...others] = instances.map(endpointOf)
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
      ...instances.map(({ name, ownUrl }) => serviceMetrics(name, ownUrl('api'))),
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

function configOf({ defencesOff }: Context) {
  return { environment: 'test', defencesOff }
}

/** Servers as they are themselves; by which address Redis announces each node is said by `natMap`. */
function whereabouts(
  postgres: Postgres,
  plan: SentinelPlan,
  announced: Readonly<Record<string, Address>>,
) {
  const natMap = Object.fromEntries(
    plan.nodes.flatMap(({ name, host, port }) => {
      const known = announced[name]
      return known ? [[`${known.host}:${known.port}`, { host, port }] as const] : []
    }),
  )
  return {
    postgres: { url: postgres.url },
    redis: {
      sentinels: plan.sentinels.map(({ host, port }) => ({ host, port })),
      name: plan.masterName,
      natMap,
      confirmReplicas: plan.nodes.length - 1,
    },
  }
}

function endpointOf({ name, url }: ServiceInstance): Endpoint {
  return { name, http: url('api'), websocket: url('realtime').replace('http:', 'ws:') }
}
