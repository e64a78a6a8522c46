import { z } from 'zod'
import type { Link } from '../../lab/model/capability.ts'
import { type Address, listenAddress, type Proxies, urlByLink } from '../proxy.ts'

const byUrl = z.looseObject({ url: z.url() })
const byAddress = z.looseObject({ host: z.string(), port: z.int() })
/** Sentinel tells where nodes are, so each has to be named here: as it is announced, and where it is. */
const bySentinel = z.looseObject({
  sentinels: z.array(byAddress),
  natMap: z.record(z.string(), byAddress),
})

/** What the proxy can read of what is spoken there; the rest it passes on unread. */
const protocols: Readonly<Record<string, Link['protocol']>> = {
  'postgres:': 'postgres',
  'http:': 'http',
  redis: 'redis',
}

/**
 * The same configuration, in which each section that says where a server is says instead where a
 * link to it listens: one for this consumer alone, named `consumer>section`. Where Redis is found by
 * Sentinel there is one to each: `consumer>sentinel-1`, …, and `consumer>redis-1`, … in the order of
 * `natMap`. @throws where a section has Sentinels and no `natMap`: nodes would be reached past links.
 */
export async function throughLinks(
  proxies: Proxies,
  consumer: string,
  config: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const sections = Object.entries(config).map(async ([provider, section]) => [
    provider,
    await linked(proxies, consumer, provider, section),
  ])
  return Object.fromEntries(await Promise.all(sections))
}

async function linked(proxies: Proxies, consumer: string, provider: string, section: unknown) {
  const there = byUrl.safeParse(section).data
  if (there) {
    const { hostname, protocol: scheme } = new URL(there.url)
    // A database that is a file is reached through nothing.
    if (!hostname) return section
    const protocol = protocols[scheme] ?? 'tcp'
    return { ...there, url: await urlByLink(proxies, { consumer, provider, protocol }, there.url) }
  }
  if (typeof section === 'object' && section !== null && 'sentinels' in section) {
    return linkedSentinels(proxies, consumer, bySentinel.parse(section))
  }
  const upstream = byAddress.safeParse(section).data
  if (!upstream) return section
  const protocol = protocols[provider] ?? 'tcp'
  const link = await proxies.link({ consumer, provider, protocol, upstream })
  return { ...upstream, ...listenAddress(link) }
}

async function linkedSentinels(
  proxies: Proxies,
  consumer: string,
  section: z.infer<typeof bySentinel>,
) {
  const link = async (provider: string, upstream: Address) =>
    listenAddress(await proxies.link({ consumer, provider, protocol: 'redis', upstream }))
  const sentinels = section.sentinels.map((each, index) => link(`sentinel-${index + 1}`, each))
  const nodes = Object.entries(section.natMap).map(async ([announced, each], index) => [
    announced,
    await link(`redis-${index + 1}`, each),
  ])
  return {
    ...section,
    sentinels: await Promise.all(sentinels),
    natMap: Object.fromEntries(await Promise.all(nodes)),
  }
}
