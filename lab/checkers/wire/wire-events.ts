import type { Journal, WireEvent } from '../../journal/journal.ts'
import { type EntryOf, ofKind } from '../shared/history.ts'
import { remembered } from '../shared/remembered.ts'

export type WireEntry = EntryOf<'wire'>
export type Links = (link: { readonly name: string }) => boolean

/** In the source's own time where it tells it: the order of arrival proves nothing. */
export function atOf(entry: { readonly atMs: number; readonly sourceAtMs?: number }): number {
  return entry.sourceAtMs ?? entry.atMs
}

/**
 * What the proxies saw on these links (default: all) under traffic, in the order of their own time;
 * what the final reads caused is left out.
 */
export function wireOf(journal: Journal, links: Links = all): readonly WireEntry[] {
  return wireIn(ofKind(journal, 'wire'), ofKind(journal, 'phase'), links)
}

/** When traffic gives way to the final reads, in ms since the run began; Infinity if it never did. */
export function wireEndOf(journal: Journal): number {
  return finalReadsIn(ofKind(journal, 'phase'))
}

function finalReadsIn(phases: readonly EntryOf<'phase'>[]): number {
  const finals = phases.find(({ phase }) => phase === 'final-reads')
  return finals?.atMs ?? Number.POSITIVE_INFINITY
}

const all: Links = () => true

const wireIn = remembered(
  (wire: readonly WireEntry[], phases: readonly EntryOf<'phase'>[], links: Links) => {
    const names = new Set(wire.map(entry => entry.link))
    const watched = new Set([...names].filter(name => links({ name })))
    const endMs = finalReadsIn(phases)
    return wire
      .filter(each => watched.has(each.link) && atOf(each) < endMs)
      .sort((a, b) => atOf(a) - atOf(b))
  },
)

/** Ids a message may carry: its trace, its key, and its key behind the last colon. */
export function idsIn({ trace, key }: WireEvent): readonly string[] {
  return [trace, key, key?.split(':').at(-1)].filter(id => id !== undefined)
}

/**
 * The same, without the connect of each connection that was refused behind the proxy: a proxy takes a
 * client's connection before it knows, so one attempt is told twice.
 */
export function withoutRefusedConnects(entries: readonly WireEntry[]): readonly WireEntry[] {
  const open = new Map<string, WireEntry>()
  const told = new Set<WireEntry>()
  for (const entry of entries) {
    const id = `${entry.link} ${entry.connection}`
    if (entry.what === 'connect') open.set(id, entry)
    if (entry.what !== 'refused') continue
    const connect = open.get(id)
    if (connect) told.add(connect)
    open.delete(id)
  }
  return entries.filter(entry => !told.has(entry))
}
