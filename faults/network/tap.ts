import { z } from 'zod'
import { bearerOf } from '../../lab/base/bearer-of.ts'
import type { Link } from '../../lab/model/capability.ts'
import { landedByLink } from '../landed-by-link.ts'

const proxy = z.object({
  counters: z.object({
    open: z.number(),
    connections: z.number(),
    received: z.object({ upstream: z.number(), downstream: z.number() }),
  }),
})

/** What our own tap, which stands in front of whoever injects, has seen of a link so far. */
export interface TapCounters {
  /** Connections open now, and those that have ended. */
  readonly open: number
  readonly closed: number
  /** Bytes from the client (`upstream`) and from the server (`downstream`). */
  readonly received: { readonly upstream: number; readonly downstream: number }
}

export async function tapCounters(link: Link): Promise<TapCounters> {
  const url = new URL(`/proxies/${encodeURIComponent(link.name)}`, link.tapUrl)
  const answer = await fetch(url, {
    headers: bearerOf(link.tapToken),
    signal: AbortSignal.timeout(5_000),
  })
  const { open, connections, received } = proxy.parse(await answer.json()).counters
  return { open, closed: connections - open, received }
}

/** Connections open on each of these links now, by its name. */
export function openConnections(links: readonly Link[]): Promise<Readonly<Record<string, number>>> {
  return landedByLink(
    links.map(link => ({ link })),
    async ({ link }) => (await tapCounters(link)).open,
  )
}
