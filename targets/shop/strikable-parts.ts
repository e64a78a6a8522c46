import type { StrikablePart } from '../../lab/model/fault-form.ts'
import { withLinks } from '../linked.ts'
import type { Shop } from '../shop.ts'

/**
 * Everything of a shop that can be struck: its processes, each with the links by which others reach
 * it; its servers, with what they can be told past every link; where clients come in; each link.
 */
export function strikableParts(system: Shop): readonly StrikablePart[] {
  const { links, servers, instances, workers, endpoints } = system
  const reaching = (name: string) =>
    links.filter(({ provider }) => provider === name || provider.startsWith(`${name}.`))
  return [
    ...servers.map(server =>
      Object.assign(withLinks(server, reaching(server.name)), adminOf(server)),
    ),
    ...[...instances, ...workers].map(part =>
      Object.assign(withLinks(part, reaching(part.name)), { node: true, logFile: part.logFile }),
    ),
    ...endpoints.map(({ name, http }) => ({
      name: `clients of ${name}`,
      entrance: true,
      url: http,
    })),
    ...links.map(link => ({ name: link.name, links: [link] })),
  ]
}

/** What a server can be told itself: an address or a URL, and the mark of its kind. */
function adminOf(server: Shop['servers'][number]): object {
  const { host, port, logFile } = server
  if ('info' in server) return { redis: true, host, port, logFile }
  const url = 'url' in server ? server.url : undefined
  if (typeof url === 'string' && /^postgres/.test(url)) return { postgres: true, url, logFile }
  const admin = 'admin' in server ? server.admin : undefined
  return typeof admin === 'object' && admin !== null && 'post' in admin ? { admin } : {}
}
