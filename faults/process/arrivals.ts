import type { Link } from '../../lab/model/capability.ts'
import { type TapCounters, tapCounters } from '../network/tap.ts'

/** By the name of each link. */
type Counts = Readonly<Record<string, number>>

/**
 * Connections that a process which goes away takes with it: those open on its links now, and each
 * that is opened until it is asked, since nobody is there to take it. Call it before the strike.
 */
export async function connectionsHit(links: readonly Link[]): Promise<() => Promise<Counts>> {
  const before = await countersOf(links)
  return () =>
    each(
      links,
      before,
      (then, now) => then.open + (now.open + now.closed) - (then.open + then.closed),
    )
}

/**
 * What arrives for a process that stands still: bytes its clients send, and connections they open,
 * from now until it is asked. Where it is the client itself: connections that it keeps, and says
 * nothing on.
 */
export async function arrivals(
  links: readonly Link[],
  process: string,
): Promise<() => Promise<Counts>> {
  const before = await countersOf(links)
  const arrived = ({ open, closed, received }: TapCounters) => open + closed + received.upstream
  return () =>
    each(links, before, (then, now, { consumer }) =>
      consumer === process ? Math.min(then.open, now.open) : arrived(now) - arrived(then),
    )
}

function countersOf(links: readonly Link[]): Promise<readonly TapCounters[]> {
  return Promise.all(links.map(tapCounters))
}

async function each(
  links: readonly Link[],
  before: readonly TapCounters[],
  count: (then: TapCounters, now: TapCounters, link: Link) => number,
): Promise<Counts> {
  const now = await countersOf(links)
  return Object.fromEntries(
    links.map((link, index) => {
      const [then, later] = [before[index], now[index]]
      return [link.name, then && later ? count(then, later, link) : 0]
    }),
  )
}

/** Connections open on each link now. */
export async function openOn(links: readonly Link[]): Promise<Counts> {
  const now = await countersOf(links)
  return Object.fromEntries(links.map(({ name }, index) => [name, now[index]?.open ?? 0]))
}

export function sumOf(one: Counts, other: Counts): Counts {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries(
    [...names].map(name => [name, (one[name] ?? 0) + (other[name] ?? 0)] as const),
  )
}
