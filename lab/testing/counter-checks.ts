import { changed, firstThat, told } from '../checkers/shared/falsify.ts'
import type { Checker, Lie } from '../model/checker.ts'

/** Every id whose addition was acknowledged is there in the end. */
export function kept(): Checker {
  return {
    name: 'kept',
    check: journal => {
      const keys = new Map<number, string>()
      const acknowledged: { key: string; index: number }[] = []
      let found: ReadonlySet<unknown> | undefined
      let readMs = 0
      for (const entry of journal) {
        if (entry.kind === 'invoke' && entry.key !== undefined) keys.set(entry.op, entry.key)
        if (entry.kind !== 'complete' || entry.outcome.kind !== 'ok') continue
        const { value } = entry.outcome
        if (entry.f === 'all' && Array.isArray(value)) {
          found = new Set(value)
          readMs = entry.atMs
        }
        const key = keys.get(entry.op)
        if (entry.f === 'add' && key) acknowledged.push({ key, ...entry })
      }
      if (!found || acknowledged.length === 0) {
        return { word: 'unknown', story: 'nothing was read or acknowledged', figures: {} }
      }
      const lost = acknowledged.filter(({ key }) => !found.has(key))
      const figures = { acknowledged: acknowledged.length, lost: lost.length }
      const last = lost.at(-1)
      if (!last) return { word: 'valid', story: `all ${acknowledged.length} are there`, figures }
      const witness = { what: `${last.key} was lost`, entries: [last.index], atMs: readMs }
      return { word: 'invalid', story: `${lost.length} were lost`, figures, witness }
    },
    lies: [lost],
  }
}

const lost: Lie = {
  name: 'takes one acknowledged id out of what is read in the end',
  found: 'invalid',
  tell: (journal, random) => {
    const keys = new Map(
      journal.flatMap(one => (one.kind === 'invoke' && one.key ? [[one.op, one.key]] : [])),
    )
    const acknowledged = journal.flatMap(one =>
      one.kind === 'complete' && one.f === 'add' && one.outcome.kind === 'ok'
        ? [{ index: one.index, key: keys.get(one.op) }]
        : [],
    )
    const reads = journal.filter(one => one.kind === 'complete' && one.f === 'all')
    return firstThat(random, acknowledged, ({ index, key }) => {
      const less = changed(
        journal,
        reads.map(read => read.index),
        one => {
          if (one.kind !== 'complete' || one.outcome.kind !== 'ok') return one
          const { value } = one.outcome
          if (!Array.isArray(value)) return one
          return { ...one, outcome: { kind: 'ok', value: value.filter(id => id !== key) } }
        },
      )
      return reads.length > 0 ? told(less, [index]) : undefined
    })
  },
}

/** Says what it is told to, whatever happened; there is no lie it could find. */
export function saying(word: 'valid' | 'unknown'): Checker {
  return { name: word, check: () => ({ word, story: `always ${word}`, figures: {} }), lies: [] }
}
