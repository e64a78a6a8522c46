import { describe, expect, test } from 'vitest'
import { seeded } from '../../base/random.ts'
import type { Level } from '../isolation/levels.ts'
import { type Transaction, transactionOf, until } from '../isolation/transactions.ts'
import { isolation } from '../list-append.ts'
import { history } from '../shared/history.ts'
import { runStore, type StoreBug } from './list-append-store.ts'
import { madeUp } from './made-up-transactions.ts'
import { histories, patienceMs } from './nightly.ts'
import { canHappen } from './serial-orders.ts'

/** What each store is caught at, at the least in so many of 1,000 histories, and what it still keeps. */
const stores: readonly (readonly [StoreBug, Level, number, Level | undefined])[] = [
  ['stale-read', 'strict-serializable', 20, 'serializable'],
  ['lost-append', 'strict-serializable', 20, undefined],
  ['write-skew', 'serializable', 20, 'repeatable-read'],
  ['lost-update', 'repeatable-read', 20, undefined],
  ['read-skew', 'repeatable-read', 20, 'read-committed'],
  ['long-fork', 'repeatable-read', 20, 'read-committed'],
  ['torn-commit', 'repeatable-read', 20, undefined],
  ['dirty-read', 'read-committed', 20, 'read-uncommitted'],
  ['aborted-read', 'read-committed', 20, 'read-uncommitted'],
]

const compared: readonly Level[] = [
  'read-committed',
  'repeatable-read',
  'serializable',
  'strict-serializable',
]

function judged(bug: StoreBug, level: Level, seed: number) {
  const journal = runStore(bug, seeded(seed).fork(bug))
  const transactions = history(journal, { name: 't' }).flatMap(each => transactionOf(each) ?? [])
  return { word: isolation({ name: 't' }, { level }).check(journal).word, transactions }
}

/** The answer after which nothing explains what was read. */
function firstFailing(transactions: readonly Transaction[], level: Level): number | undefined {
  const answers = transactions.flatMap(({ performed }) => performed.answer?.index ?? [])
  return answers
    .toSorted((a, b) => a - b)
    .find(last => !canHappen(until(transactions, last), level))
}

describe('isolation against the slow truth', () => {
  test.each(stores)(
    'a store with %s is caught at %s whenever it shows',
    (bug, level, least) => {
      let shown = 0
      const count = histories(1_000)
      for (let seed = 0; seed < count; seed++) {
        const { word, transactions } = judged(bug, level, seed)
        const isPossible = canHappen(transactions, level)
        if (!isPossible) shown++
        expect([seed, word === 'invalid']).toEqual([seed, !isPossible])
      }
      expect(shown).toBeGreaterThan((least * count) / 1_000)
    },
    patienceMs(30_000),
  )

  test.each(stores.flatMap(([bug, , , kept]) => (kept ? [[bug, kept] as const] : [])))(
    'a store with %s is never invalid at %s, which it keeps',
    (bug, level) => {
      const words = new Map<string, number>()
      for (let seed = 0; seed < histories(1_000); seed++) {
        const { word } = judged(bug, level, seed)
        words.set(word, (words.get(word) ?? 0) + 1)
      }
      expect(words.get('invalid') ?? 0).toBe(0)
      expect(words.get('valid')).toBeGreaterThan(histories(200))
    },
    patienceMs(30_000),
  )

  test.each(compared)(
    'made-up histories are invalid at %s exactly where nothing explains them',
    level => {
      const seen = { possible: 0, impossible: 0 }
      for (let seed = 0; seed < histories(1_000); seed++) {
        const journal = madeUp(seeded(seed).fork('made-up'))
        const transactions = history(journal, { name: 't' }).flatMap(
          each => transactionOf(each) ?? [],
        )
        const isPossible = canHappen(transactions, level)
        seen[isPossible ? 'possible' : 'impossible']++
        const finding = isolation({ name: 't' }, { level }).check(journal)
        const { word } = finding
        if (finding.word === 'invalid' && seed % 10 === 0) {
          expect(finding.witness.entries).toContain(firstFailing(transactions, level))
        }
        expect([seed, word === 'invalid']).toEqual([seed, !isPossible])
      }
      expect(Math.min(seen.possible, seen.impossible)).toBeGreaterThan(histories(50))
    },
    patienceMs(30_000),
  )

  test(
    'a right store is never invalid',
    () => {
      for (let seed = 0; seed < histories(1_000); seed++) {
        const { word } = judged('none', 'strict-serializable', seed)
        expect([seed, word === 'invalid']).toEqual([seed, false])
      }
    },
    patienceMs(30_000),
  )
})
