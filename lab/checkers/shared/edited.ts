import type { Entry, Journal } from '../../journal/journal.ts'
import { lazily } from './lazily.ts'

/**
 * How a falsified copy of a journal came about. A lie touches few entries of a million: what it leaves
 * alone need not be sorted and joined again (see `ofKind` and `history`).
 */
export interface Edit {
  /** Which entries it changed, moved, took out or added; absent where it may be any. */
  readonly indices?: ReadonlySet<number>
  /** Of which kinds they are. */
  readonly kinds: ReadonlySet<Entry['kind']>
  /** It leaves each entry where it is. */
  readonly inPlace?: true
  /** The edit of the whole; or of all entries of one kind, which gives those of the whole copy. */
  make(entries: readonly Entry[], kind?: Entry['kind']): readonly Entry[]
}

const edits = new WeakMap<Journal, Edit & { readonly from: Journal }>()

/** A copy, edited. */
export function edited(from: Journal, edit: Edit): Journal {
  const copy = lazily(() => edit.make(from))
  edits.set(copy, { ...edit, from })
  return copy
}

/** The edit a journal came from; undefined for one that was recorded, read, or made otherwise. */
export function editOf(journal: Journal): (Edit & { readonly from: Journal }) | undefined {
  return edits.get(journal)
}

const ordered = new WeakMap<Journal, boolean>()

/** Whether each entry is as late as the one before it, or later. */
export function isInOrder(entries: readonly Entry[]): boolean {
  const known = ordered.get(entries)
  if (known !== undefined) return known
  let lastMs = Number.NEGATIVE_INFINITY
  const found = entries.every(({ atMs }) => {
    const isNext = atMs >= lastMs
    lastMs = atMs
    return isNext
  })
  ordered.set(entries, found)
  return found
}

const numbered = new WeakMap<Journal, boolean>()

/** Where the entries of these indices stand, in their order; quick where an index is its place. */
function placesOf(entries: readonly Entry[], indices: ReadonlySet<number>): readonly number[] {
  const isNumbered = numbered.get(entries) ?? entries.every(({ index }, place) => index === place)
  numbered.set(entries, isNumbered)
  const places = isNumbered
    ? indices
    : entries.keys().filter(place => indices.has(entries[place]?.index ?? -1))
  return [...places].filter(place => place < entries.length).sort((a, b) => a - b)
}

/** The entries of these indices. */
export function chosen(entries: readonly Entry[], indices: ReadonlySet<number>): readonly Entry[] {
  return placesOf(entries, indices).flatMap(place => entries[place] ?? [])
}

/** With the entries of these indices changed. */
export function replaced(
  entries: readonly Entry[],
  indices: ReadonlySet<number>,
  change: (entry: Entry) => Entry,
): readonly Entry[] {
  const copy = entries.slice()
  for (const place of placesOf(entries, indices)) {
    const entry = entries[place]
    if (entry) copy[place] = change(entry)
  }
  return copy
}

/** Without the entries of these indices. */
export function dropped(entries: readonly Entry[], indices: ReadonlySet<number>): readonly Entry[] {
  const places = placesOf(entries, indices)
  const copy = entries.slice()
  let [gone, to] = [0, places[0] ?? entries.length]
  for (let from = to; from < entries.length; from++) {
    const entry = entries[from]
    if (from === places[gone]) gone++
    else if (entry) copy[to++] = entry
  }
  copy.length = to
  return copy
}

/** In order of time; the same list where it is so already. */
export function inOrder(entries: readonly Entry[]): readonly Entry[] {
  return isInOrder(entries) ? entries : entries.toSorted((a, b) => a.atMs - b.atMs)
}

/** Entries in order of time with more of them, each behind those that are not later. */
export function inserted(entries: readonly Entry[], more: readonly Entry[]): readonly Entry[] {
  const sorted = more.toSorted((a, b) => a.atMs - b.atMs)
  const copy = entries.concat(sorted)
  let end = entries.length
  for (let before = sorted.length - 1; before >= 0; before--) {
    const one = sorted[before]
    const place = placeAfter(entries, one?.atMs ?? 0)
    for (let from = end - 1; from >= place; from--) {
      const moved = entries[from]
      if (moved) copy[from + before + 1] = moved
    }
    if (one) copy[place + before] = one
    end = place
  }
  return copy
}

function placeAfter(entries: readonly Entry[], atMs: number): number {
  let [from, to] = [0, entries.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if ((entries[middle]?.atMs ?? 0) <= atMs) from = middle + 1
    else to = middle
  }
  return from
}
