import type { Journal } from '../../journal/journal.ts'
import { type EntryOf, ofKind } from '../shared/history.ts'

export interface Sample {
  readonly index: number
  readonly atMs: number
  readonly value: number
  readonly entry: EntryOf<'resources'>
}

/** Every sample of one figure of one process or server. */
export function samplesOf(journal: Journal, of: string, figure: string): readonly Sample[] {
  return ofKind(journal, 'resources')
    .filter(entry => entry.of === of)
    .flatMap(entry => {
      const value = entry.figures[figure]
      const { index, atMs } = entry
      return value === undefined ? [] : [{ index, atMs, value, entry }]
    })
}

/** An entry whose figure has another value. */
export function sampledAs(entry: EntryOf<'resources'>, figure: string, value: number) {
  return { ...entry, figures: { ...entry.figures, [figure]: value } }
}

/** What stands in the middle of the values; 0 for none. */
export function medianOf(samples: readonly Sample[]): number {
  const sorted = samples.map(({ value }) => value).toSorted((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
