import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { GuardedProcess } from '../../lab/guardian/guardian.ts'
import { type Marketplace, startMarketplace } from '../marketplace.ts'
import { type OauthPeer, startOauth } from '../oauth.ts'
import { type Payments, startPayments } from '../payments.ts'
import { type Postgres, startPostgres } from '../postgres.ts'
import { startRedis } from '../redis.ts'
import { type MailPeer, startSmtp } from '../smtp.ts'
import { type TestRun, testRun } from '../testing/test-run.ts'
import { Client } from './client.ts'

type Role = 'api' | 'realtime' | 'worker'
const ready = z.object({
  urls: z.object({ api: z.url(), realtime: z.url(), worker: z.url() }).partial(),
})

export interface ApplicationOptions {
  /** One process each; default: two with all roles. */
  readonly instances?: readonly (readonly Role[])[]
  /** Further keys of the service's configuration, the same for every instance. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Peers to start besides Postgres and Redis. */
  readonly peers?: readonly ('smtp' | 'payments' | 'marketplace' | 'oauth')[]
}

export interface Instance {
  readonly name: string
  readonly process: GuardedProcess
  /** Throws for a role that this instance does not have. */
  url(role: Role): string
  /** A client of this instance, with no session yet. */
  client(role?: Role): Client
}

/** The service in several processes with its real servers, for scenarios in calm weather. */
export interface Application extends AsyncDisposable {
  readonly run: TestRun
  readonly instances: readonly [Instance, ...Instance[]]
  readonly postgres: Postgres
  readonly redis: Awaited<ReturnType<typeof startRedis>>
  /** Throw when the peer was not asked for. */
  readonly smtp: MailPeer
  readonly payments: Payments
  readonly marketplace: Marketplace
  readonly oauth: OauthPeer
  /** Another instance of the same application; `config` replaces keys of its configuration. */
  startInstance(name: string, roles: readonly Role[], config?: object): Promise<Instance>
}

/** What the marketplace peer sells. */
const products = [
  { sku: 'lamp', title: 'Lamp', priceCents: 4_900, stock: 1_000 },
  { sku: 'sofa', title: 'Sofa', priceCents: 129_900, stock: 2 },
]

const shopClient = { clientId: 'shop', redirectUris: ['http://localhost/v1/oauth/callback'] }

const allRoles = ['api', 'realtime', 'worker'] as const

export async function startApplication(options: ApplicationOptions = {}): Promise<Application> {
  const run = await testRun()
  try {
    return await start(run, options)
  } catch (error) {
    await run[Symbol.asyncDispose]()
    throw error
  }
}

async function start(run: TestRun, options: ApplicationOptions): Promise<Application> {
  const { peers = [], instances: wanted = [allRoles, allRoles] } = options
  const [postgres, redis, smtp, payments, marketplace, oauth] = await Promise.all([
    startPostgres(run, { settings: { max_connections: '250', deadlock_timeout: '30ms' } }),
    startRedis(run),
    peers.includes('smtp') ? startSmtp(run) : undefined,
    peers.includes('payments') ? startPayments(run) : undefined,
    peers.includes('marketplace') ? startMarketplace(run, { products }) : undefined,
    peers.includes('oauth')
      ? startOauth(run, { clients: [shopClient], accessTokenSeconds: 3 })
      : undefined,
  ])
  const config = {
    postgres: { url: postgres.url },
    redis: { host: redis.host, port: redis.port },
    auth: {
      tokens: { algorithm: 'HS256', secret: randomBytes(32).toString('hex') },
      secureCookies: false,
    },
    ...(smtp && { smtp: { host: smtp.host, port: smtp.port } }),
    ...(payments && { payments: { url: payments.url, apiKey: payments.apiKey } }),
    ...(marketplace && { marketplace: { url: marketplace.url, apiKey: marketplace.apiKey } }),
    ...(oauth && { oauth: { issuer: oauth.url, clientId: shopClient.clientId } }),
    ...options.config,
  }
  const startInstance = (name: string, roles: readonly Role[], changed: object = {}) =>
    spawnInstance(run, name, { ...config, ...changed, instance: name, roles })
  const [first, ...others] = await Promise.all(
    wanted.map((roles, index) => startInstance(`app-${index + 1}`, roles)),
  )
  if (!first) throw new Error('An application needs at least one instance.')
  return {
    run,
    postgres,
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
    [Symbol.asyncDispose]: () => run[Symbol.asyncDispose](),
  }
}

async function spawnInstance(run: TestRun, name: string, config: object): Promise<Instance> {
  const readyFile = join(run.scratchFolder, `${name}.ready.json`)
  const configFile = join(run.scratchFolder, `${name}.config.json`)
  await writeFile(configFile, JSON.stringify({ ...config, readyFile }), { mode: 0o600 })
  const logFile = join(run.runFolder, `${name}.log`)
  const process = await run.guardian.spawn({
    name,
    command: globalThis.process.execPath,
    args: [join(import.meta.dirname, '../service/main.ts')],
    env: { SERVICE_CONFIG: configFile },
    logFile,
  })
  const { urls } = await whenReady(run, process, readyFile, logFile)
  const url = (role: Role) => asked(urls[role], role)
  return { name, process, url, client: (role = 'api') => new Client(url(role)) }
}

const startWithinMs = 50_000

async function whenReady(run: TestRun, process: GuardedProcess, file: string, logFile: string) {
  let ended = false
  void process.exited.then(() => {
    ended = true
  })
  const endsAt = run.clock.nowMs() + startWithinMs
  while (!ended && run.clock.nowMs() < endsAt) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) return ready.parse(JSON.parse(text))
    await run.clock.sleep(10)
  }
  const log = await readFile(logFile, 'utf8').catch(() => '(no log)')
  throw new Error(`${process.name} did not start:\n${log.slice(-2_000)}`)
}

function asked<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new Error(`This application was started without ${name}.`)
  return part
}
