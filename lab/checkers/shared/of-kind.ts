import type { Entry, Journal, Phase } from '../../journal/journal.ts'
import { editOf } from './edited.ts'

type Kind = Entry['kind']
export type EntryOf<K extends Kind> = Extract<Entry, { readonly kind: K }>

/** Checks ask for the same again and again, and a journal never changes. */
const sortedJournals = new WeakMap<Journal, Map<Kind, readonly Entry[]>>()
const none: readonly Entry[] = []

/**
 * Entries of one kind, typed: the same list each time, and the same in a falsified copy of which the
 * lie left this kind alone.
 */
export function ofKind<K extends Kind>(journal: Journal, kind: K): readonly EntryOf<K>[] {
  // What stands there is of this kind, which no type of a map can say.
  return listOf(journal, kind) as readonly EntryOf<K>[]
}

function listOf(journal: Journal, kind: Kind): readonly Entry[] {
  const edit = editOf(journal)
  if (!edit) return sorted(journal).get(kind) ?? none
  const before = listOf(edit.from, kind)
  if (!edit.kinds.has(kind)) return before
  const lists = sortedJournals.get(journal) ?? new Map<Kind, readonly Entry[]>()
  sortedJournals.set(journal, lists)
  const list = lists.get(kind) ?? edit.make(before, kind)
  lists.set(kind, list)
  return list
}

function sorted(journal: Journal): ReadonlyMap<Kind, readonly Entry[]> {
  const known = sortedJournals.get(journal)
  if (known) return known
  const kinds = new Map<Kind, Entry[]>()
  for (const entry of journal) {
    const alike = kinds.get(entry.kind)
    if (alike) alike.push(entry)
    else kinds.set(entry.kind, [entry])
  }
  sortedJournals.set(journal, kinds)
  return kinds
}

/** The kinds of which there are any. */
export function kindsIn(journal: Journal): ReadonlySet<Kind> {
  return new Set(sorted(editOf(journal)?.from ?? journal).keys())
}

/** The phase in which each `invoke` was written, in their order. */
export function phasesOf(journal: Journal): readonly Phase[] {
  const edit = editOf(journal)
  if (edit?.inPlace) return phasesOf(edit.from)
  const phases: Phase[] = []
  let phase: Phase = 'start'
  for (const entry of journal) {
    if (entry.kind === 'phase') phase = entry.phase
    if (entry.kind === 'invoke') phases.push(phase)
  }
  return phases
}
