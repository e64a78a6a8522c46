import type { Checker } from '../model/checker.ts'

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
  }
}

/** Says what it is told to, whatever happened. */
export function saying(word: 'valid' | 'unknown'): Checker {
  return { name: word, check: () => ({ word, story: `always ${word}`, figures: {} }) }
}
