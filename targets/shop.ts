import { AsyncDisposableStack } from '../lab/base/async-disposable-stack.ts'
import { isAlertSwitch } from '../lab/model/alerts.ts'
import type { Meter } from '../lab/model/meter.ts'
import type { Context, Target } from '../lab/model/target.ts'
import { attachTo } from './external/attach-to.ts'
import { attachedMeters } from './external/attached-meters.ts'
import type { AttachedSystem } from './external/attached-system.ts'
import type { Haproxy } from './haproxy.ts'
import { postgresSessions } from './meters/postgres-sessions.ts'
import { redisClients } from './meters/redis-clients.ts'
import { serviceMetrics } from './meters/service-metrics.ts'
import type { Postgres } from './postgres.ts'
import { backUpPostgres } from './postgres-backup.ts'
import type { Prometheus } from './prometheus.ts'
import { type Proxies, startProxies, urlByLink } from './proxy.ts'
import type { ServerPart } from './runtime/server-part.ts'
import { defenceNames } from './service/defences.ts'
import { serviceLog } from './service-log.ts'
import { startBalancer } from './shop/balancer.ts'
import { type Role, type ServiceInstance, startInstance } from './shop/instance.ts'
import { alertSwitches, startMonitoring } from './shop/monitoring.ts'
import { haveStarted, type PeerName, type Peers, sectionsOf, startPeers } from './shop/peers.ts'
import type { PostgresLayout } from './shop/postgres-layouts.ts'
import type { RedisLayout } from './shop/redis-layouts.ts'
import { commonConfig } from './shop/service-config.ts'
import type { Endpoint, WithEndpoints } from './workloads/endpoints.ts'

/**
 * How the service stands. The types of its parts follow from the options, so that a selector of a
 * part that is not there does not compile.
 */
export interface ShopOptions<Redis, Standby, Name extends PeerName> {
  /** `singleRedis()`, or `sentinel({ replicas, sentinels })`. */
  readonly redis: RedisLayout<Redis>
  /** `singlePostgres()`, or `replicatedPostgres({ synchronous })`. */
  readonly postgres: PostgresLayout<Standby>
  /** Processes `shop-1`, … that answer clients (api, realtime); at least one. */
  readonly instances: number
  /** Processes `worker-1`, … that do what waits; default 0. */
  readonly workers?: number
  /** Other people's servers; default none, and then what needs them is not offered. */
  readonly peers?: readonly Name[]
  /** Who speaks SQL to Postgres beside the service, each by a link of its own: `NAME>postgres`. */
  readonly sqlClients?: readonly string[]
  /** Clients come in by one HAProxy; default false: by the instances themselves. */
  readonly balancer?: boolean
  /** Connections to Postgres that each process may have; default the service's own. */
  readonly poolSize?: number
  /** How its database is backed up; default by asking the server for a consistent moment. */
  readonly backUp?: (server: Postgres, folder: string) => Promise<void>
  /** Further keys of the service's configuration, the same for every process. */
  readonly config?: Readonly<Record<string, unknown>>
}

/** The service under test with its servers, every path through the proxy. */
export interface Shop<Redis = unknown, Standby = unknown, Name extends PeerName = never>
  extends WithEndpoints {
  readonly postgres: Postgres
  readonly standby: Standby
  /** Copies what `postgres` has to a folder that is not there yet, while it goes on working. */
  readonly backUp: (folder: string) => Promise<void>
  readonly redis: Redis
  readonly instances: readonly ServiceInstance[]
  readonly workers: readonly ServiceInstance[]
  readonly peers: Pick<Peers, Name>
  readonly balancer: Haproxy | undefined
  /** Where one of `sqlClients` reaches Postgres. Throws for another. */
  sqlUrl(client: string): string
  /** The Prometheus that evaluates alert rules, where a check asks for alerts. */
  readonly monitoring: Prometheus | undefined
  /** Every server beside the service's own processes: databases, peers, balancer. */
  readonly servers: readonly ServerPart[]
}

export function shop<Redis, Standby, const Name extends PeerName = never>(
  options: ShopOptions<Redis, Standby, Name>,
): Target<Shop<Redis, Standby, Name>> {
  return {
    name: 'shop',
    defences: [...defenceNames, ...alertSwitches],
    refuses: runtime =>
      ({ embedded: undefined, docker: notInContainers(options), external: notDescribed(options) })[
        runtime
      ],
    start: context => startShop(context, options),
  }
}

/** What has no container yet. */
function notInContainers(options: {
  readonly peers?: readonly string[]
  readonly balancer?: boolean
  readonly backUp?: unknown
  readonly postgres: { readonly notInContainers?: string }
}): string | undefined {
  const { peers = [], balancer, backUp, postgres } = options
  if (postgres.notInContainers) return postgres.notInContainers
  if (peers.includes('oauth')) return 'browsers and containers would know its oauth by two names'
  if (balancer) return 'its balancer runs as a process only'
  if (backUp) return 'the files of a database in a container cannot be copied from outside'
  return undefined
}

/** What `lab.config.ts` cannot describe yet. */
function notDescribed(options: Parameters<typeof notInContainers>[0]): string | undefined {
  const { peers = [], balancer, backUp, postgres } = options
  if (postgres.notInContainers) return 'its database is more than one server on a disk of its own'
  if (peers.includes('oauth')) return 'its oauth must know by which name it is reached'
  if (balancer) return 'its balancer is asked by a socket of its own'
  if (backUp) return 'the files of its database are not of this machine'
  return undefined
}

async function startShop<Redis, Standby, Name extends PeerName>(
  run: Context,
  options: ShopOptions<Redis, Standby, Name>,
): Promise<Shop<Redis, Standby, Name>> {
  const { peers: names = [], backUp = backUpPostgres, poolSize } = options
  await using starting = new AsyncDisposableStack()
  const attached = starting.use(await attachTo(run))
  const containers =
    run.runtime === 'docker'
      ? starting.use(await (await import('./containers/open-containers.ts')).openContainers(run))
      : undefined
  const context = { ...run, ...(containers && { containers }), ...(attached && { attached }) }
  const outside = ['client', ...(options.sqlClients ?? [])]
  const proxies = starting.use(await startProxies(context, 'proxy', outside))
  const [stores, queues, peers] = await Promise.all([
    options.postgres(context, proxies),
    options.redis(context, proxies),
    startPeers(context, proxies, names),
  ])
  if (!haveStarted(peers, names)) throw new Error(`Not all of ${names.join(', ')} have started.`)
  const config = {
    ...commonConfig(),
    defencesOff: context.defencesOff.filter(name => !isAlertSwitch(name)),
    postgres: { url: stores.postgres.url, ...(poolSize !== undefined && { poolSize }) },
    redis: queues.section,
    ...sectionsOf(peers),
    ...options.config,
  }
  const begin = (name: string, count: number, roles: readonly Role[]) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        startInstance(context, proxies, { name: `${name}-${index + 1}`, roles, config, launch }),
      ),
    )
  const [instances, workers] = await Promise.all([
    begin('shop', options.instances, ['api', 'realtime']),
    begin('worker', options.workers ?? 0, ['worker']),
  ])
  const watched = { proxies, instances, workers, nodes: queues.nodes }
  // A container is not reached past its links.
  const watches = context.watchesAlerts && !containers && !attached
  const monitoring = watches ? await startMonitoring(context, watched) : undefined
  const sqlUrls = await sqlUrlsOf(proxies, stores.postgres, options.sqlClients ?? [])
  const balancer = options.balancer ? await startBalancer(context, proxies, instances) : undefined
  const servers = [
    ...stores.servers,
    ...queues.nodes,
    ...queues.sentinels,
    ...Object.values<ServerPart>(peers),
    ...(balancer ? [balancer] : []),
  ]
  for (const server of servers) starting.use(server)
  if (monitoring) starting.use(monitoring)
  for (const { process } of [...instances, ...workers]) starting.use(process)
  const sessions = stores.servers.map(({ name, url }) => starting.use(postgresSessions(name, url)))
  const running = starting.move()
  return {
    links: proxies.links,
    postgres: stores.postgres,
    standby: stores.standby,
    backUp: async folder => {
      if (containers) throw new Error('The files of a database in a container cannot be copied.')
      await backUp(stores.postgres, folder)
    },
    redis: queues.redis,
    instances,
    workers,
    peers,
    balancer,
    sqlUrl: client => {
      const url = sqlUrls.get(client)
      if (url === undefined)
        throw new Error(`The shop was started without the SQL client ${client}.`)
      return url
    },
    servers,
    monitoring,
    ...(monitoring && { alerts: monitoring, metrics: monitoring }),
    endpoints: await endpointsOf(proxies, instances, balancer),
    logs: [...instances, ...workers].map(({ name, logFile }) => serviceLog(name, logFile)),
    meters: [
      ...sessions,
      ...queues.nodes.map(redisClients),
      ...instances.flatMap(one => metersOf(one, 'api', attached)),
      ...workers.flatMap(one => metersOf(one, 'worker', attached)),
    ],
    describe: () => ({
      postgres: stores.postgres.version,
      redis: queues.nodes[0]?.version ?? 'unknown',
      topology: `${stores.servers.length} Postgres, ${queues.nodes.length} Redis nodes, ${queues.sentinels.length} Sentinels`,
      instances: `${instances.length} and ${workers.length} workers`,
      peers: names.join(', ') || 'none',
      balancer: balancer?.version ?? 'none',
      proxy: context.proxy,
      runtime: attached ? 'runs already' : (containers?.engine ?? 'processes of this machine'),
    }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function metersOf(
  { name, ownUrl }: ServiceInstance,
  role: Role,
  attached: AttachedSystem | undefined,
): readonly Meter[] {
  return attached ? attachedMeters(attached, name) : [serviceMetrics(name, ownUrl(role))]
}

// The port of an inspector that a fault may open: its own, where it does.
const launch = { nodeArgs: ['--inspect-port=0'], env: { NODE_ENV: 'production' } }

async function sqlUrlsOf(
  proxies: Proxies,
  { name: provider, url }: Postgres,
  clients: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const linked = clients.map(async consumer => {
    const path = { consumer, provider, protocol: 'postgres' } as const
    return [consumer, await urlByLink(proxies, path, url)] as const
  })
  return new Map(await Promise.all(linked))
}

async function endpointsOf(
  proxies: Proxies,
  instances: readonly ServiceInstance[],
  balancer: Haproxy | undefined,
): Promise<WithEndpoints['endpoints']> {
  if (balancer) {
    const { name, url } = balancer
    const path = { consumer: 'client', provider: name, protocol: 'tcp' } as const
    const http = await urlByLink(proxies, path, url)
    return [{ name, http, websocket: socketUrl(http) }]
  }
  const [first, ...others] = instances.map(endpointOf)
  if (!first) throw new RangeError('A shop needs at least one instance.')
  return [first, ...others]
}

/** An instance as its clients see it, where no balancer stands before it. */
export function endpointOf({ name, url }: ServiceInstance): Endpoint {
  return { name, http: url('api'), websocket: socketUrl(url('realtime')) }
}

function socketUrl(url: string): string {
  return url.replace('http:', 'ws:')
}
