import { z } from 'zod'
import type { Link } from '../../lab/model/capability.ts'

const proxy = z.object({
  counters: z.object({ open: z.number(), connections: z.number(), bytes: z.number() }),
})

/**
 * Bytes and connections that reached these links so far, counted by our own tap, which stands in
 * front of whoever injects. The growth while a fault is in force is what the fault really touched.
 */
export async function touched(links: readonly Link[]): Promise<number> {
  return sum(links, counters => counters.connections + counters.bytes)
}

/** Connections open on these links now. */
export async function openConnections(links: readonly Link[]): Promise<number> {
  return sum(links, counters => counters.open)
}

async function sum(
  links: readonly Link[],
  pick: (counters: z.infer<typeof proxy>['counters']) => number,
): Promise<number> {
  const counts = await Promise.all(
    links.map(async link => {
      const url = new URL(`/proxies/${encodeURIComponent(link.name)}`, link.tapUrl)
      const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) })
      return pick(proxy.parse(await answer.json()).counters)
    }),
  )
  return counts.reduce((total, count) => total + count, 0)
}
