import type { Journal, WireEvent } from '../../journal/journal.ts'
import { idsIn, type Links, type WireEntry, wireOf } from './wire-events.ts'

/** A response, and the request it answers: the first one of its kind on its connection that had none yet. */
export interface Exchange {
  readonly request: WireEntry
  readonly response: WireEntry
  /** What names the logical request at the wire; empty where nothing does. */
  readonly ids: readonly string[]
}

export interface CorrelateOptions {
  /** Ids a message may carry; default its trace, its key, and its key behind the last colon. */
  readonly carries?: (event: WireEvent) => readonly string[]
  /** Links to watch; default all. */
  readonly links?: Links
}

/** Requests with their responses, by the order of each connection; answers come in that order. */
export function exchangesIn(journal: Journal, options: CorrelateOptions): readonly Exchange[] {
  const { carries = idsIn, links } = options
  const open = new Map<string, WireEntry[]>()
  return wireOf(journal, links).flatMap((entry): readonly Exchange[] => {
    const connection = `${entry.link} ${entry.connection}`
    const waiting = open.get(connection) ?? []
    open.set(connection, waiting)
    if (entry.what === 'request') waiting.push(entry)
    if (entry.what !== 'response') return []
    const request = answeredBy(entry, waiting)
    if (!request) return []
    const ids = [...new Set([...carries(request), ...carries(entry)])]
    return [{ request, response: entry, ids }]
  })
}

/**
 * Takes the request that a response answers out of those that wait on its connection, with those
 * before it: some are never answered, as the start of a session.
 */
export function answeredBy(response: WireEntry, waiting: WireEntry[]): WireEntry | undefined {
  const place = waiting.findIndex(({ message }) => message === response.message)
  return waiting.splice(0, Math.max(0, place) + 1).at(-1)
}
