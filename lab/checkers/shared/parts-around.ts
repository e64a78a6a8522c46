import type { Entry, Journal } from '../../journal/journal.ts'
import type { Parts, Told } from '../../model/checker.ts'
import { chosen, edited, editOf } from './edited.ts'
import { remembered } from './remembered.ts'

/** What a journal is full of: operations, what clients observed, messages at the wire. */
const full: ReadonlySet<Entry['kind']> = new Set(['invoke', 'complete', 'observed', 'wire'])

/**
 * Of operations, observations and messages those of these indices alone, with all else the journal
 * tells: phases, strikes and the run itself are in every part.
 */
export function partsAround(
  journal: Journal,
  { journal: copy }: Told,
  indices: ReadonlySet<number>,
): Parts {
  const own = chosen(journal, indices).filter(({ kind }) => full.has(kind))
  const before = [...othersIn(journal), ...own].sort((a, b) => a.index - b.index)
  const edit = editOf(copy)
  if (edit?.from === journal) return { before, after: edited(before, edit) }
  return { before, after: copy.filter(({ kind, index }) => !full.has(kind) || indices.has(index)) }
}

const othersIn = remembered((journal: Journal) => journal.filter(({ kind }) => !full.has(kind)))
