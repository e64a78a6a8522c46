import pg from 'pg'
import type { Proxies } from '../proxy.ts'
import { startRedis } from '../redis.ts'
import { type PeerName, type Peers, sectionsOf, startPeers } from '../shop/peers.ts'
import { commonConfig } from '../shop/service-config.ts'
import type { TestRun } from '../testing/test-run.ts'
import { type Instance, type Launch, type Role, spawnInstance } from './instance.ts'
import { patience } from './patience.ts'
import { type OwnPlace, type Place, startServers } from './servers.ts'

export type { Instance }

export interface ApplicationOptions {
  /** One process each; default: two with all roles. */
  readonly instances?: readonly (readonly Role[])[]
  /** Further keys of the service's configuration, the same for every instance. */
  readonly config?: Readonly<Record<string, unknown>> & { readonly defenceSettings?: object }
  /** Peers to start besides Postgres and Redis. */
  readonly peers?: readonly PeerName[]
}

/**
 * The service in several processes with its real servers, for scenarios in calm weather. Each
 * process reaches each server, and clients reach each process, through a link of the proxy; what
 * stands here is past any link. Peers throw when they were not asked for.
 */
export interface Application extends AsyncDisposable, Peers {
  readonly run: TestRun
  /** The proxy that all these links lead through. */
  readonly proxies: Proxies
  readonly instances: readonly [Instance, ...Instance[]]
  readonly postgres: { readonly url: string }
  /** For looks into it. */
  readonly database: pg.Pool
  readonly redis: Awaited<ReturnType<typeof startRedis>>
  /** Another instance of the same application; `config` replaces keys of its configuration. */
  startInstance(
    name: string,
    roles: readonly Role[],
    config?: object,
    launch?: Launch,
  ): Promise<Instance>
}

/** Its Postgres is as the place has it. */
export type ApplicationAt<At extends Place> = Application & Pick<At, 'postgres'>

const allRoles = ['api', 'realtime', 'worker'] as const

/** At the place that is taken, by default one of its own. */
export async function startApplication(
  options?: ApplicationOptions,
): Promise<ApplicationAt<OwnPlace>>
export async function startApplication<At extends Place>(
  options: ApplicationOptions,
  takePlace: () => Promise<At>,
): Promise<ApplicationAt<At>>
export async function startApplication(
  options: ApplicationOptions = {},
  takePlace: () => Promise<Place> = startServers,
): Promise<Application> {
  const place = await takePlace()
  try {
    return await start(place, options)
  } catch (error) {
    await place[Symbol.asyncDispose]()
    throw error
  }
}

async function start(place: Place, options: ApplicationOptions): Promise<Application> {
  const { run, proxies, postgres } = place
  const { peers: names = [], instances: wanted = [allRoles, allRoles] } = options
  const [redis, peers] = await Promise.all([startRedis(run), startPeers(run, proxies, names)])
  const config = {
    ...commonConfig(),
    postgres: { url: postgres.url },
    redis: { host: redis.host, port: redis.port },
    ...sectionsOf(peers),
    ...options.config,
    // A machine that does much else is no overload, and its Redis no slow one. Scenarios of load
    // shedding and slow caches say what is.
    defenceSettings: {
      'load-shedding': patience['load-shedding'],
      'cache-budget': patience['cache-budget'],
      ...options.config?.defenceSettings,
    },
  }
  const startInstance: Application['startInstance'] = (name, roles, changed, launch = {}) =>
    spawnInstance(run, proxies, { name, roles, config: { ...config, ...changed }, launch })
  const [first, ...others] = await Promise.all(
    wanted.map((roles, index) => startInstance(`app-${index + 1}`, roles)),
  )
  if (!first) throw new Error('An application needs at least one instance.')
  const database = new pg.Pool({ connectionString: postgres.url })
  // Postgres may be killed meanwhile.
  database.on('error', () => {})
  return {
    run,
    proxies,
    postgres,
    database,
    redis,
    startInstance,
    instances: [first, ...others],
    get smtp() {
      return asked(peers.smtp, 'smtp')
    },
    get payments() {
      return asked(peers.payments, 'payments')
    },
    get marketplace() {
      return asked(peers.marketplace, 'marketplace')
    },
    get oauth() {
      return asked(peers.oauth, 'oauth')
    },
    [Symbol.asyncDispose]: async () => {
      await database.end()
      await place[Symbol.asyncDispose]()
    },
  }
}

function asked<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new Error(`This application was started without ${name}.`)
  return part
}
