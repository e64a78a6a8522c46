import type { AttachedSystem } from './external/attached-system.ts'
import { parseAddress } from './external/parse-address.ts'
import type { ServerProgram } from './runtime/find-server.ts'
import {
  type Address,
  type RedisNode,
  redisProgram,
  spawnRedis,
  startNode,
  withClient,
} from './runtime/redis-node.ts'
import { type ReservedPort, reservePort } from './runtime/reserve-port.ts'
import { askSentinel, hurry } from './runtime/sentinel-admin.ts'
import type { ServerContext, ServerPart } from './runtime/server-part.ts'

export interface SentinelOptions {
  readonly replicas: number
  readonly sentinels: number
  /** How the primary is called by Sentinels and clients; default `primary`. */
  readonly masterName?: string
  /** Default 2000. */
  readonly downAfterMs?: number
  /** Default 4000. */
  readonly failoverTimeoutMs?: number
  /** Further settings of every Redis node. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Addresses are known, nothing runs yet: the moment to make links to them. */
export interface SentinelPlan {
  readonly masterName: string
  /** Where each node will listen: `redis-1` (at first the primary), `redis-2`, … */
  readonly nodes: readonly (Address & { readonly name: string })[]
  /** Where each Sentinel will listen: `sentinel-1`, … */
  readonly sentinels: readonly (Address & { readonly name: string })[]
  /**
   * Starts all, and resolves when writes reach every replica and all Sentinels agree.
   * `announced`: by node name, the address that replicas, Sentinels and clients shall know it by;
   * its own where none is given.
   */
  start(announced?: Readonly<Record<string, Address>>): Promise<SentinelCluster>
}

export interface SentinelCluster extends AsyncDisposable {
  readonly masterName: string
  readonly nodes: readonly RedisNode[]
  readonly sentinels: readonly ServerPart[]
  /** The node that most Sentinels now hold to be the primary. */
  primary(): Promise<RedisNode>
  /** The nodes that follow it with a working link, as they say themselves. */
  replicas(): Promise<readonly RedisNode[]>
}

type Named = ReservedPort & Address & { readonly name: string }

const agreeWithinMs = 30_000

/** Takes the addresses of a Redis primary, its replicas and their Sentinels. */
export async function planSentinel(
  context: ServerContext,
  options: SentinelOptions,
): Promise<SentinelPlan> {
  const masterName = options.masterName ?? 'primary'
  const reserve = context.attached ? standing(context.attached) : reserveNew
  const [nodes, sentinels] = await Promise.all([
    reserve('redis', options.replicas + 1),
    reserve('sentinel', options.sentinels),
  ])
  for (const { port, name } of [...nodes, ...sentinels]) context.containers?.claim(port, name)
  return {
    masterName,
    nodes,
    sentinels,
    start: async (announced = {}) => {
      const program = await redisProgram(context)
      const known = nodes.map(node => knownAs(context, node.name) ?? announced[node.name] ?? node)
      const setting = { context, program, options, masterName, known }
      // One after the other is faster: whoever dials what does not listen yet tries again a second
      // later, and what a Sentinel's first look does not find it finds with its next one.
      const [first, ...others] = nodes.map((node, index) => () => startOne(setting, node, index))
      const primary = await first?.()
      const replicas = await Promise.all(others.map(start => start()))
      if (context.attached) {
        const sentinelParts = sentinels.map(at => spawnRedis(context, program, at, at.name, {}))
        return new Cluster(
          setting,
          primary ? [primary, ...replicas] : replicas,
          await Promise.all(sentinelParts),
        )
      }
      await allFollow(replicas, context)
      const watching = await Promise.all(sentinels.map(at => startSentinel(setting, at)))
      const cluster = new Cluster(setting, primary ? [primary, ...replicas] : replicas, watching)
      await cluster.agreed()
      return cluster
    },
  }
}

interface Setting {
  readonly context: ServerContext
  readonly program: ServerProgram
  readonly options: SentinelOptions
  readonly masterName: string
  /** The announced address of each node. */
  readonly known: readonly Address[]
}

/** Where those of a system are that runs already. */
function standing(attached: AttachedSystem) {
  return async (kind: string, count: number): Promise<readonly Named[]> =>
    Array.from({ length: count }, (_, index) => {
      const name = `${kind}-${index + 1}`
      return { ...attached.addressOf(name), name, release: async () => {} }
    })
}

function knownAs({ attached }: ServerContext, name: string): Address | undefined {
  const announced = attached?.part(name).announced
  return announced === undefined ? undefined : parseAddress(announced)
}

async function reserveNew(kind: string, count: number): Promise<readonly Named[]> {
  const reserved = await Promise.all(Array.from({ length: count }, reservePort))
  return reserved.map((at, i) => ({ ...at, host: '127.0.0.1', name: `${kind}-${i + 1}` }))
}

function startOne(setting: Setting, node: Named, index: number): Promise<RedisNode> {
  const { context, program, options, known } = setting
  const [first, own] = [known[0] ?? node, known[index] ?? node]
  return startNode(context, program, node, node.name, {
    'replica-announce-ip': own.host,
    'replica-announce-port': `${own.port}`,
    ...(index > 0 && { replicaof: `${first.host} ${first.port}` }),
    ...options.settings,
  })
}

/** @throws {Error} when, in time, not all say that their link to the primary is up. */
async function allFollow(
  replicas: readonly RedisNode[],
  { clock, signal }: ServerContext,
): Promise<void> {
  const deadline = clock.nowMs() + agreeWithinMs
  for (const replica of replicas) {
    while (!(await follows(replica))) {
      if (clock.nowMs() > deadline) {
        throw new Error(`${replica.name} does not follow the primary after ${agreeWithinMs} ms.`)
      }
      await clock.sleep(10, signal)
    }
  }
}

async function follows(node: RedisNode): Promise<boolean> {
  const info = await node.info('replication').catch(() => undefined)
  return info?.role === 'slave' && info.master_link_status === 'up'
}

async function startSentinel(setting: Setting, at: Named): Promise<ServerPart> {
  const { context, program, options, masterName, known } = setting
  const quorum = Math.floor(options.sentinels / 2) + 1
  const first = known[0] ?? at
  const { downAfterMs = 2_000, failoverTimeoutMs = 4_000 } = options
  const values = {
    bind: '127.0.0.1',
    sentinel: [
      // In a network of containers servers are announced by names.
      ...(context.containers ? ['resolve-hostnames yes', 'announce-hostnames yes'] : []),
      `monitor ${masterName} ${first.host} ${first.port} ${quorum}`,
      `down-after-milliseconds ${masterName} ${downAfterMs}`,
      `failover-timeout ${masterName} ${failoverTimeoutMs}`,
      `parallel-syncs ${masterName} ${options.replicas}`,
    ],
  }
  const sentinel = await spawnRedis(context, program, at, at.name, values, ['--sentinel'])
  await hurry(sentinel)
  return sentinel
}

class Cluster implements SentinelCluster {
  readonly masterName: string
  readonly nodes: readonly RedisNode[]
  readonly sentinels: readonly ServerPart[]
  readonly #setting: Setting

  constructor(setting: Setting, nodes: readonly RedisNode[], sentinels: readonly ServerPart[]) {
    this.masterName = setting.masterName
    this.nodes = nodes
    this.sentinels = sentinels
    this.#setting = setting
  }

  async primary(): Promise<RedisNode> {
    const asked = this.sentinels.map(at => askSentinel(at, this.masterName))
    const votes = new Map<RedisNode, number>()
    for (const view of await Promise.allSettled(asked)) {
      const node = view.status === 'fulfilled' ? this.#knownAs(view.value.primary) : undefined
      if (node) votes.set(node, (votes.get(node) ?? 0) + 1)
    }
    const [winner] = [...votes].toSorted(([, one], [, other]) => other - one)
    if (!winner) throw new Error(`No Sentinel answers who is ${this.masterName}.`)
    return winner[0]
  }

  async replicas(): Promise<readonly RedisNode[]> {
    const following = await Promise.all(this.nodes.map(follows))
    return this.nodes.filter((_, index) => following[index])
  }

  /** @throws {Error} when, in time, a write does not reach all, or not all Sentinels see all. */
  async agreed(): Promise<void> {
    const { clock, signal } = this.#setting.context
    const deadline = clock.nowMs() + agreeWithinMs
    for (;;) {
      const missing = await this.#missing().catch(error => String(error))
      if (missing === undefined) return
      if (clock.nowMs() > deadline) {
        throw new Error(`Redis with Sentinels is not ready after ${agreeWithinMs} ms: ${missing}.`)
      }
      await clock.sleep(20, signal)
    }
  }

  async #missing(): Promise<string | undefined> {
    const { replicas, sentinels } = this.#setting.options
    const reached = await withClient(await this.primary(), async client => {
      // A replica that says it is online may still lose what comes now: only WAIT can tell.
      await client.set('lab:ready', '1', 'PX', 1_000)
      return client.wait(replicas, 200)
    })
    if (reached < replicas) return `a write reached ${reached} of ${replicas} replicas`
    const views = await Promise.all(this.sentinels.map(at => askSentinel(at, this.masterName)))
    const blind = views.find(view => view.replicas < replicas || view.others < sentinels - 1)
    return blind && `a Sentinel sees ${blind.replicas} replicas and ${blind.others} others`
  }

  #knownAs({ host, port }: Address): RedisNode | undefined {
    const index = this.#setting.known.findIndex(at => at.host === host && at.port === port)
    return this.nodes[index]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Sentinels first, so that they do not see the nodes leave.
    await Promise.all(this.sentinels.map(part => part[Symbol.asyncDispose]()))
    await Promise.all(this.nodes.map(part => part[Symbol.asyncDispose]()))
  }
}
