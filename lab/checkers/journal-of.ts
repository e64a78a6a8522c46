import type { Journal } from '../checker.ts'
import type { Entry, Event } from '../journal.ts'

/** An event of a hand-made journal; `atMs` defaults to ten times its position. */
export type Told = Event & { readonly atMs?: number }

/** A hand-made journal, numbered as the recorder would: what the checkers' tests judge. */
export function journalOf(events: readonly Told[]): Journal {
  return events.map((event, index): Entry => {
    return { ...event, index, atMs: event.atMs ?? index * 10, source: 'lab' }
  })
}
