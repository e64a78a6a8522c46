import { spaced } from '../../base/spaced.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Figures, Finding, Witness } from '../../model/checker.ts'
import { type EntryOf, ofKind } from './history.ts'
import { remembered } from './remembered.ts'
import { faultWindow } from './strikes.ts'

/** Enough to look at; a key that was attempted a hundred times needs no hundred lines. */
const entriesShown = 12

/** Something that went against what a check promises. */
export interface Violation extends Witness {
  /** Names the figure that counts its like. */
  readonly kind: string
  /** When a read showed it, of a thing that may have gone wrong at any time since `atMs`. */
  readonly seenMs?: number
}

export interface Examined {
  readonly journal: Journal
  readonly violations: readonly Violation[]
  readonly figures: Figures
  /** What kept the check from seeing enough; any makes a run without violations `unknown`. */
  readonly unseen: readonly string[]
  /** What was examined, in one sentence; what a valid check says. */
  readonly story: string
}

/**
 * The one rule of what a check may say: a violation is `invalid`; without one, anything unknown,
 * unparsed or unseen is `unknown`, never silence; only the rest is `valid`.
 */
export function conclude({ journal, violations, figures, unseen, story }: Examined): Finding {
  const first = firstViolation(journal, violations)
  if (first) {
    const { what, entries, atMs } = first
    const kinds = [...Map.groupBy(violations, each => each.kind)]
    const counted = kinds.map(([kind, ofKind]) => `${ofKind.length} ${spaced(kind)}`).join(', ')
    const counts = Object.fromEntries(kinds.map(([kind, ofKind]) => [kind, ofKind.length]))
    const witness = { what, entries: entries.slice(0, entriesShown), atMs }
    const said = `${counted}; the first to see: ${what}.`
    return { word: 'invalid', story: said, figures: { ...figures, ...counts }, witness }
  }
  if (unseen.length > 0) return { word: 'unknown', story: `${unseen.join('. ')}.`, figures }
  return { word: 'valid', story, figures }
}

/**
 * Of several violations, the one to show: the first since the first fault, which can explain it;
 * else the first of all, dated when it was seen: what was written before a kill can well be lost by
 * it.
 */
export function firstViolation<Thing extends { readonly atMs: number; readonly seenMs?: number }>(
  journal: Journal,
  violations: readonly Thing[],
): Thing | undefined {
  const fromMs = faultWindow(journal)?.fromMs ?? 0
  const sorted = violations.toSorted((a, b) => a.atMs - b.atMs)
  const [first] = sorted
  const since = sorted.find(each => each.atMs >= fromMs)
  return since ?? (first && { ...first, atMs: first.seenMs ?? first.atMs })
}

/** Names what is there too little of; nothing where there is enough. */
export function tooFew(what: string, count: number, least: number): readonly string[] {
  return count >= least ? [] : [`${what}: ${count}, at least ${least} needed`]
}

/**
 * What the journal lacks: entries dropped, and messages of watched links that nobody could read.
 */
export function gapsIn(
  journal: Journal,
  watches: (link: { readonly name: string }) => boolean = () => false,
): readonly string[] {
  const unparsed = unparsedIn(ofKind(journal, 'wire')).filter(({ link }) => watches({ name: link }))
  const links = [...new Set(unparsed.map(each => each.link))].join(', ')
  return [
    ...ofKind(journal, 'overflow').map(({ why }) => `The journal has a gap: ${why}`),
    ...(unparsed.length > 0 ? [`${unparsed.length} messages of ${links} could not be read`] : []),
  ]
}

const unparsedIn = remembered((wire: readonly EntryOf<'wire'>[]) =>
  wire.filter(({ what }) => what === 'unparsed'),
)
