import { z } from 'zod'
import type { Link } from '../../lab/target.ts'
import { listenAddress, type Proxies, urlByLink } from '../proxy.ts'

const byUrl = z.looseObject({ url: z.url() })
const byAddress = z.looseObject({ host: z.string(), port: z.int() })

/** What the proxy can read of what is spoken there; the rest it passes on unread. */
const protocols: Readonly<Record<string, Link['protocol']>> = {
  'postgres:': 'postgres',
  'http:': 'http',
  redis: 'redis',
}

/**
 * The same configuration, in which each section that says where a server is says instead where a
 * link to it listens: one for this consumer alone, named `consumer>section`.
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
  const upstream = byAddress.safeParse(section).data
  if (!upstream) return section
  const protocol = protocols[provider] ?? 'tcp'
  const link = await proxies.link({ consumer, provider, protocol, upstream })
  return { ...upstream, ...listenAddress(link) }
}
