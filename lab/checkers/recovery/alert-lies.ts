import type { Entry, Journal } from '../../journal/journal.ts'
import type { Lie } from '../../model/checker.ts'
import { changed, oneOf, told } from '../shared/falsify.ts'
import type { Look, WatchedAlert } from './watched-alert.ts'

/** Lies about when an alert fired. */
export function alertLies(
  name: string,
  observe: (journal: Journal) => WatchedAlert,
): readonly Lie[] {
  return [
    {
      name: 'fires a little too late',
      found: 'invalid',
      tell: journal => {
        const { looks, window, calm, withinMs, strike } = observe(journal)
        if (!window || calm) return undefined
        const early = looks.filter(({ entry: { atMs } }) => {
          return atMs >= window.fromMs && atMs <= window.fromMs + withinMs
        })
        const fired = indicesOf(early.filter(({ firing }) => firing))
        if (fired.length === 0) return undefined
        return told(changed(journal, fired, atRest(name)), [...fired, ...strike])
      },
    },
    {
      name: 'fires once more after it should be resolved',
      found: 'invalid',
      tell: journal => {
        const { looks, window, calm, resolvesWithinMs } = observe(journal)
        if (!window || calm) return undefined
        const late = looks.find(({ entry }) => entry.atMs > window.toMs + resolvesWithinMs)
        return late && told(changed(journal, indicesOf([late]), firing(name)), indicesOf([late]))
      },
    },
    {
      name: 'fires while nothing is wrong',
      found: 'invalid',
      tell: (journal, random) => {
        const { looks, window, calm } = observe(journal)
        if (!window) return undefined
        const before = oneOf(
          random,
          looks.filter(({ entry }) => calm || entry.atMs < window.fromMs),
        )
        return (
          before && told(changed(journal, indicesOf([before]), firing(name)), indicesOf([before]))
        )
      },
    },
  ]
}

function indicesOf(looks: readonly Look[]): readonly number[] {
  return looks.map(({ entry }) => entry.index)
}

function atRest(alert: string) {
  return (entry: Entry): Entry =>
    entry.kind === 'alerts'
      ? { ...entry, active: entry.active.filter(({ name }) => name !== alert) }
      : entry
}

function firing(alert: string) {
  return (entry: Entry): Entry =>
    entry.kind === 'alerts'
      ? { ...entry, active: [...entry.active, { name: alert, state: 'firing', labels: {} }] }
      : entry
}
