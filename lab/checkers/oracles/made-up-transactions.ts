import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Item } from '../isolation/transactions.ts'
import { journalOf, type Told } from '../shared/journal-of.ts'
import { outcome } from './outcome.ts'

/**
 * Four or five transactions whose reads are mostly beginnings of one order of each list, and else
 * made up: some can happen, some cannot, and no store stands behind them.
 */
export function madeUp(random: Random): Journal {
  const numbers = new Map<string, number[]>([
    ['x', []],
    ['y', []],
  ])
  let number = 0
  const asked = Array.from({ length: random.integer(4, 5) }, () =>
    Array.from({ length: random.integer(1, 3) }, (): Item => {
      const key = random.pick(['x', 'y'])
      if (random.next() < 0.5) return ['read', key, null]
      numbers.get(key)?.splice(random.integer(0, numbers.get(key)?.length ?? 0), 0, ++number)
      return ['append', key, number]
    }),
  )
  const begun = asked.map((input, op): Told => {
    return { kind: 'invoke', workload: 't', op, client: op, f: 'txn', input, intendedMs: 0 }
  })
  const ended = asked.map((items, op): Told => {
    const value = items.map((item, i): Item => {
      const [f, key] = item
      return f === 'append' ? item : ['read', key, listAt(items.slice(0, i), key)]
    })
    const kind = random.next() < 0.85 ? 'ok' : random.pick<'info' | 'fail'>(['info', 'fail'])
    const ended = { workload: 't', op, client: op, f: 'txn', outcome: outcome(kind, value) }
    return { kind: 'complete', ...ended, latencyMs: 1 }
  })
  return journalOf(interleaved(begun, ended, random))

  function listAt(before: readonly Item[], key: string): readonly number[] {
    const own = before.flatMap(([f, on, n]) => (f === 'append' && on === key ? [Number(n)] : []))
    const list = (numbers.get(key) ?? []).filter(each => !own.includes(each))
    const seen = list.slice(0, random.integer(0, list.length))
    const place = random.next() < 0.05 ? 0 : seen.length
    return seen.toSpliced(place, 0, ...own)
  }
}

/** Each begins before it ends; else by chance. */
function interleaved(begun: readonly Told[], ended: readonly Told[], random: Random): Told[] {
  const events = begun.flatMap((told, op) => {
    const from = random.next() * 3
    const end = ended[op]
    return [{ at: from, told }, ...(end ? [{ at: from + random.next(), told: end }] : [])]
  })
  return events.toSorted((a, b) => a.at - b.at).map(({ told }) => told)
}
