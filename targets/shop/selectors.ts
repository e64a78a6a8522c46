import { LabError } from '../../lab/base/errors.ts'
import type { Killable, Link, Linked, Pausable, Selector } from '../../lab/model/capability.ts'
import type { SystemProbe } from '../../lab/model/hypothesis.ts'
import { type LinkedPart, withLinks } from '../linked.ts'
import type { Shop } from '../shop.ts'

/** The Redis node that Sentinels hold to be the primary when the fault strikes. */
export const primary: Selector<Shop, LinkedPart> = labelled('redis primary', async system =>
  reached(system, await system.redis.primary()),
)

/** The link by which replicas and Sentinels reach the primary; its clients have others. */
export const replication: Selector<Shop, Linked> = labelled(
  'redis primary ↔ its peers',
  async ({ redis, links }) => {
    const { name } = await redis.primary()
    return only(links, `peers of ${name}`, 'peers', name)
  },
)

export const postgresPart: Selector<Shop, LinkedPart> = labelled('postgres', system =>
  reached(system, system.postgres),
)

/** A process of the service, from 1. */
export function instance(number: number): Selector<Shop, LinkedPart> {
  return labelled(`instance ${number}`, ({ instances }) => {
    const found = instances[number - 1]
    if (!found) throw absent(`instance ${number}`, `${instances.length} instances`)
    return found
  })
}

/** The links from some consumers to some providers: `links(/^shop-/, /^redis-/)`. */
export function links(
  consumer: string | RegExp,
  provider: string | RegExp,
): Selector<Shop, Linked> {
  const label = `${consumer} → ${provider}`
  return labelled(label, system => only(system.links, label, consumer, provider))
}

/** Replicas that follow the primary, as they say themselves. */
export const replicaCount: SystemProbe<Shop, number> = {
  name: 'replicas with a working link to the primary',
  measure: async system => (await system.redis.replicas()).length,
}

/** Every part that can be killed, with the links by which it is reached. */
export function killableParts(system: Shop): readonly LinkedPart[] {
  const { postgres, redis, instances } = system
  const servers = [postgres, ...redis.nodes, ...redis.sentinels]
  return [...servers.map(part => reached(system, part)), ...instances]
}

function labelled<Part>(
  label: string,
  select: (system: Shop) => Part | Promise<Part>,
): Selector<Shop, Part> {
  return Object.assign(select, { label })
}

/** With all links by which clients and peers reach it. */
function reached({ links }: Shop, part: Killable & Pausable): LinkedPart {
  const own = links.filter(({ provider }) => provider === part.name)
  return withLinks(part, own)
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
