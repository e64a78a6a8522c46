import { dirname } from 'node:path'
import { LabError } from '../../lab/base/errors.ts'
import type {
  Killable,
  Link,
  Linked,
  Pausable,
  Selector,
  Stoppable,
} from '../../lab/model/capability.ts'
import type { SystemProbe } from '../../lab/model/hypothesis.ts'
import { type LinkedPart, withLinks } from '../linked.ts'
import type { PostgresStandby } from '../postgres-standby.ts'
import type { SentinelCluster } from '../redis-sentinel.ts'
import type { RedisNode } from '../runtime/redis-node.ts'
import type { Shop } from '../shop.ts'

/** The Redis node that Sentinels hold to be the primary when the fault strikes. */
export const primary = labelled('redis primary', async (system: Shop<SentinelCluster>) =>
  reached(system, await system.redis.primary()),
)

/** The link by which replicas and Sentinels reach the primary; its clients have others. */
export const replication = labelled(
  'redis primary ↔ its peers',
  async ({ redis, links }: Shop<SentinelCluster>): Promise<Linked> => {
    const { name } = await redis.primary()
    return only(links, `peers of ${name}`, 'peers', name)
  },
)

/** The first that follows the primary when the fault strikes. */
export const replica = labelled('redis replica', async (system: Shop<SentinelCluster>) => {
  const [found] = await system.redis.replicas()
  if (!found) throw absent('a replica', 'none that follows the primary')
  return reached(system, found)
})

/** A Redis that stands alone. */
export const redisServer = labelled('redis', (system: Shop<RedisNode>) =>
  reached(system, system.redis),
)

/** The same as a server to be asked or changed past every link. */
export const redisNode = labelled('redis', ({ redis }: Shop<RedisNode>) => redis)

/** The Postgres that the service is told of. */
export const postgresPart = labelled('postgres', (system: Shop) => reached(system, system.postgres))

/** The same as a server to be asked or changed past every link. */
export const postgresServer = labelled('postgres', ({ postgres }: Shop) => postgres)

/** The disk that its data is on, where that is a small one of its own. */
export const postgresDisk = labelled('disk of postgres', ({ postgres }: Shop) => {
  const { name, dataFolder, logFile } = postgres
  return { name, folder: dirname(dataFolder), logFile }
})

/** The standby as a server to be promoted, asked or changed past every link. */
export const standbyServer = labelled(
  'standby',
  ({ standby }: Shop<unknown, PostgresStandby>) => standby,
)

/** The same, with the links of these consumers alone: where others have been led elsewhere. */
export function postgresOf(consumer: string | RegExp): Selector<Shop, LinkedPart> {
  return labelled(`postgres of ${consumer}`, ({ links, postgres }) =>
    withLinks(postgres, only(links, `of ${consumer} to postgres`, consumer, 'postgres').links),
  )
}

/** The name by which these consumers reach Postgres, for it to move to the standby. */
export function postgresName(consumer: string | RegExp) {
  const label = `postgres of ${consumer} → standby`
  return labelled(label, ({ links, standby }: Shop<unknown, PostgresStandby>) => {
    const { host, port } = standby
    return { ...only(links, label, consumer, 'postgres'), to: { host, port } }
  })
}

/** With the link by which it follows the primary. */
export const standby = labelled('standby', (system: Shop<unknown, PostgresStandby>) =>
  reaching(system, system.standby),
)

/** A process that answers clients, from 1. */
export function instance(number: number): Selector<Shop, LinkedPart> {
  return labelled(`instance ${number}`, system =>
    reached(system, numbered('instance', system.instances, number)),
  )
}

/** The same, with the log in which it says what it is told by its inspector. */
export function program(number: number) {
  return labelled(`instance ${number}`, (system: Shop) => {
    const part = numbered('instance', system.instances, number)
    return Object.assign(reached(system, part), { logFile: part.logFile })
  })
}

/** Where clients reach the service, from 1: an instance each, or the balancer. */
export function entrance(number: number) {
  return labelled(`entrance ${number}`, ({ endpoints }: Shop) => {
    const found = endpoints[number - 1]
    if (!found) throw absent(`entrance ${number}`, `${endpoints.length} of them`)
    return { name: found.name, url: found.http }
  })
}

/** A process that does what waits, from 1: with the links by which it finds that. */
export function worker(number: number): Selector<Shop, LinkedPart> {
  return labelled(`worker ${number}`, system =>
    reaching(system, numbered('worker', system.workers, number)),
  )
}

/** Every process that does what waits. */
export const workers = labelled('workers', (system: Shop) => system.workers)

/** The payment gateway. */
export const gateway = labelled('payments', (system: Shop<unknown, unknown, 'payments'>) =>
  told(system, system.peers.payments),
)

export const marketplace = labelled(
  'marketplace',
  (system: Shop<unknown, unknown, 'marketplace'>) => told(system, system.peers.marketplace),
)

export const mailServer = labelled('smtp', (system: Shop<unknown, unknown, 'smtp'>) =>
  told(system, system.peers.smtp),
)

/** The authorization server. */
export const identityProvider = labelled('oauth', (system: Shop<unknown, unknown, 'oauth'>) =>
  told(system, system.peers.oauth),
)

export const balancer = labelled('balancer', (system: Shop) => {
  if (!system.balancer) throw absent('a balancer', 'clients that come in by the instances')
  return reached(system, system.balancer)
})

/** The links from some consumers to some providers: `links(/^shop-/, /^redis-/)`. */
export function links(
  consumer: string | RegExp,
  provider: string | RegExp,
): Selector<Shop, Linked> {
  const label = `${consumer} → ${provider}`
  return labelled(label, system => only(system.links, label, consumer, provider))
}

/** Replicas that follow the primary, as they say themselves. */
export const replicaCount: SystemProbe<Shop<SentinelCluster>, number> = {
  name: 'replicas with a working link to the primary',
  measure: async system => (await system.redis.replicas()).length,
}

/** Instances, counted once for each of their roles, that the balancer sends nothing to. */
export const membersAway: SystemProbe<Shop, number> = {
  name: 'members that the balancer leaves out',
  measure: async ({ balancer }) => {
    if (!balancer) throw absent('a balancer', 'clients that come in by the instances')
    const members = await balancer.admin.members()
    return members.filter(({ status }) => !status.startsWith('UP')).length
  },
}

/** Every part that can be killed, with the links by which it is reached; a standby has none. */
export function killableParts(system: Shop): readonly LinkedPart[] {
  const { servers, instances, workers } = system
  return [...servers, ...instances, ...workers].map(part => reached(system, part))
}

function labelled<System, Part>(
  label: string,
  select: (system: System) => Part | Promise<Part>,
): Selector<System, Part> {
  return Object.assign(select, { label })
}

/** With all links by which others reach it; a process of the service has one for each role. */
function reached({ links }: Shop, part: Killable & Pausable & Stoppable): LinkedPart {
  const { name } = part
  const own = ({ provider }: Link) => provider === name || provider.startsWith(`${name}.`)
  return withLinks(part, links.filter(own))
}

/** The same of somebody else's server, which can also be told to misbehave. */
function told<Admin>(system: Shop, part: Killable & Pausable & Stoppable & { admin: Admin }) {
  return Object.assign(reached(system, part), { admin: part.admin })
}

/** With all links by which it reaches others: what nobody calls is at work there alone. */
function reaching({ links }: Shop, part: Killable & Pausable & Stoppable): LinkedPart {
  return withLinks(
    part,
    links.filter(({ consumer }) => consumer === part.name),
  )
}

function numbered<Part>(kind: string, parts: readonly Part[], number: number): Part {
  const found = parts[number - 1]
  if (!found) throw absent(`${kind} ${number}`, `${parts.length} of them`)
  return found
}

function only(
  all: readonly Link[],
  name: string,
  consumer: string | RegExp,
  provider: string | RegExp,
): Linked {
  const found = all.filter(
    link => isNamed(consumer, link.consumer) && isNamed(provider, link.provider),
  )
  const there = [...new Set(all.map(link => link.name))].join(', ')
  if (found.length === 0) throw absent(`a link ${name}`, there)
  return { name, links: found }
}

function isNamed(wanted: string | RegExp, name: string): boolean {
  return typeof wanted === 'string' ? wanted === name : wanted.test(name)
}

function absent(expected: string, found: string): LabError {
  return new LabError({
    code: 'no-such-part',
    expected: `${expected} in this shop`,
    found,
    why: 'A fault on a part that is not there would hurt nothing.',
    next: 'Start the shop with this part, or hurt another.',
  })
}
