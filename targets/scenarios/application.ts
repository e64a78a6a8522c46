import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { type Marketplace, startMarketplace } from '../marketplace.ts'
import { type OauthPeer, startOauth } from '../oauth.ts'
import { type Payments, startPayments } from '../payments.ts'
import { type Proxies, urlByLink } from '../proxy.ts'
import { startRedis } from '../redis.ts'
import { reservePort } from '../runtime/reserve-port.ts'
import { type MailPeer, startSmtp } from '../smtp.ts'
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
  readonly peers?: readonly ('smtp' | 'payments' | 'marketplace' | 'oauth')[]
}

/**
 * The service in several processes with its real servers, for scenarios in calm weather. Each
 * process reaches each server, and clients reach each process, through a link of the proxy; what
 * stands here is past any link.
 */
export interface Application extends AsyncDisposable {
  readonly run: TestRun
  /** The proxy that all these links lead through. */
  readonly proxies: Proxies
  readonly instances: readonly [Instance, ...Instance[]]
  readonly postgres: { readonly url: string }
  /** For looks into it. */
  readonly database: pg.Pool
  readonly redis: Awaited<ReturnType<typeof startRedis>>
  /** Throw when the peer was not asked for. */
  readonly smtp: MailPeer
  readonly payments: Payments
  readonly marketplace: Marketplace
  readonly oauth: OauthPeer
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

/** What the marketplace peer sells. */
const products = [
  { sku: 'lamp', title: 'Lamp', priceCents: 4_900, stock: 1_000 },
  { sku: 'sofa', title: 'Sofa', priceCents: 129_900, stock: 2 },
]

const shopClient = { clientId: 'shop', redirectUris: ['http://localhost/v1/oauth/callback'] }

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
  const { peers = [], instances: wanted = [allRoles, allRoles] } = options
  const [redis, smtp, payments, marketplace, oauth] = await Promise.all([
    startRedis(run),
    peers.includes('smtp') ? startSmtp(run) : undefined,
    peers.includes('payments') ? startPayments(run) : undefined,
    peers.includes('marketplace') ? startMarketplace(run, { products }) : undefined,
    peers.includes('oauth') ? startOauthBehind(proxies, run) : undefined,
  ])
  const config = {
    environment: 'test',
    postgres: { url: postgres.url },
    redis: { host: redis.host, port: redis.port },
    auth: {
      tokens: { algorithm: 'HS256', secret: randomBytes(32).toString('hex') },
      secureCookies: false,
    },
    ...(smtp && { smtp: { host: smtp.host, port: smtp.port } }),
    ...(payments && { payments: { url: payments.url, apiKey: payments.apiKey } }),
    ...(marketplace && { marketplace: { url: marketplace.url, apiKey: marketplace.apiKey } }),
    ...(oauth && { oauth: { issuer: oauth.issuer, clientId: shopClient.clientId } }),
    ...options.config,
    // A machine that does much else is no overload. Scenarios of load shedding say what is.
    defenceSettings: {
      'load-shedding': patience['load-shedding'],
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
      return asked(smtp, 'smtp')
    },
    get payments() {
      return asked(payments, 'payments')
    },
    get marketplace() {
      return asked(marketplace, 'marketplace')
    },
    get oauth() {
      return asked(oauth, 'oauth')
    },
    [Symbol.asyncDispose]: async () => {
      await database.end()
      await place[Symbol.asyncDispose]()
    },
  }
}

/** One link for all: a provider has one name, on which browsers and instances must agree. */
async function startOauthBehind(proxies: Proxies, run: TestRun) {
  const at = await reservePort()
  const path = { consumer: 'everybody', provider: 'oauth', protocol: 'http' } as const
  const issuer = await urlByLink(proxies, path, `http://127.0.0.1:${at.port}`)
  const peer = await startOauth(run, { at, issuer, clients: [shopClient], accessTokenSeconds: 3 })
  return Object.assign(peer, { issuer })
}

function asked<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new Error(`This application was started without ${name}.`)
  return part
}
