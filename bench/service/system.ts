import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Address } from '../../targets/proxy.ts'
import { reservePort } from '../../targets/runtime/reserve-port.ts'
import {
  type ApplicationAt,
  type Instance,
  startApplication,
} from '../../targets/scenarios/application.ts'
import type { OwnPlace } from '../../targets/scenarios/servers.ts'
import type { Part } from './cpu.ts'
import { openFront } from './front.ts'
import { type Goods, stock } from './goods.ts'

/** Connections that the figures ask for. */
const wantedConnections = 10_000
/** Of each process, for what is not a client's connection. */
const otherDescriptors = 500

/**
 * The service as it would run, every path through the lab's proxy: clients → proxy → HAProxy → two
 * api and two realtime processes → proxy → Postgres and Redis, and a worker beside them.
 */
export interface System extends AsyncDisposable {
  readonly app: ApplicationAt<OwnPlace>
  /** Where clients come in; more than one when a proxy may not hold 10,000 connections. */
  readonly doors: readonly Address[]
  /** 10,000, or what the limit on descriptors leaves. */
  readonly connections: number
  readonly descriptors: number
  readonly parts: readonly Part[]
  readonly api: readonly [Instance, ...Instance[]]
  readonly goods: Goods
  /** One more api instance with other settings, behind the link of its own and no balancer. */
  startApi(name: string, settings: ExtraSettings): Promise<Extra>
}

export interface ExtraSettings {
  /** Connections to Postgres; default 10. */
  readonly poolSize?: number
  readonly defencesOff?: readonly string[]
}

export interface Extra extends AsyncDisposable {
  readonly door: Address
  readonly instance: Instance
}

export async function startSystem(progress: (line: string) => void): Promise<System> {
  progress('starting the service, its servers and the proxy')
  const app = await startApplication({ instances: [['worker']], peers: ['smtp'], config })
  try {
    return await inFrontOf(app)
  } catch (error) {
    await app[Symbol.asyncDispose]()
    throw error
  }
}

const config = {
  auth: {
    tokens: { algorithm: 'HS256', secret: randomBytes(32).toString('hex') },
    secureCookies: false,
    accessSeconds: 3_600,
  },
  // One generator stands for all clients, so its address may ask as often as all of them.
  defenceSettings: { 'rate-limit': { requests: 100_000_000 } },
}

async function inFrontOf(app: ApplicationAt<OwnPlace>): Promise<System> {
  const start = async (name: string, role: 'api' | 'realtime', settings: ExtraSettings = {}) => {
    const { poolSize = 10, defencesOff = [] } = settings
    const { port, release } = await reservePort()
    await release()
    const postgres = { url: app.postgres.url, poolSize }
    const ports = { [role]: port }
    const instance = await app.startInstance(name, [role], { ports, postgres, defencesOff })
    return Object.assign(instance, { port })
  }
  const [one, two, ...realtime] = await Promise.all([
    start('api-1', 'api'),
    start('api-2', 'api'),
    start('realtime-1', 'realtime'),
    start('realtime-2', 'realtime'),
  ])
  const descriptors = await descriptorLimit()
  // A proxy and a balancer hold two descriptors for each connection.
  const perDoor = Math.floor((descriptors - otherDescriptors) / 2)
  const count = Math.min(2, Math.ceil(wantedConnections / perDoor))
  const fronts = await Promise.all(
    Array.from({ length: count }, (_, index) => openFront(app, index + 1, [one, two], realtime)),
  )
  return {
    app,
    descriptors,
    connections: Math.min(wantedConnections, count * perDoor, descriptors - otherDescriptors),
    doors: fronts.map(({ door }) => door),
    api: [one, two],
    goods: await stock(app, one),
    parts: [
      { name: 'service: api', pids: [one, two].map(({ process }) => process.pid) },
      { name: 'service: realtime', pids: realtime.map(({ process }) => process.pid) },
      { name: 'service: worker', pids: [app.instances[0].process.pid] },
      { name: 'postgres', pids: [app.postgres.process.pid] },
      { name: 'redis', pids: [app.redis.process.pid] },
      { name: 'proxy: clients', pids: fronts.map(({ proxies }) => proxies.process.pid) },
      { name: 'proxy: servers', pids: [app.proxies.process.pid] },
      { name: 'haproxy', pids: fronts.map(({ balancer }) => balancer.process.pid) },
    ],
    startApi: async (name, settings) => {
      const instance = await start(name, 'api', settings)
      const { hostname: host, port } = new URL(instance.url('api'))
      return {
        door: { host, port: Number(port) },
        instance,
        [Symbol.asyncDispose]: () => instance.process.stop(),
      }
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}

/** How many files and sockets a process may have open here (Linux). */
async function descriptorLimit(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8')
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1_024)
}
