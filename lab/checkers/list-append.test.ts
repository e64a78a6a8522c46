import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outcome } from '../journal/journal.ts'
import { isolation, type Level } from './list-append.ts'
import { journalOf, type Told } from './shared/journal-of.ts'
import type { Item } from './shared/list-append-graph.ts'

type Txn = readonly Item[]
type End = 'ok' | 'fail' | 'info'

const a = (key: string, number: number): Item => ['append', key, number]
const r = (key: string, list: readonly number[]): Item => ['read', key, list]

/** Transactions that all overlap, unless `serial`; each ends as told (default ok). */
function run(level: Level, txns: readonly Txn[], ends: readonly End[] = [], serial = false) {
  const begin = (items: Txn, op: number): Told => {
    const input = items.map(
      ([f, key, value]): Item => [f, key, f === 'append' ? value : null] as Item,
    )
    return { kind: 'invoke', workload: 't', op, client: op, f: 'txn', input, intendedMs: 0 }
  }
  const end = (items: Txn, op: number): Told => {
    const kind = ends[op] ?? 'ok'
    const outcome: Outcome =
      kind === 'ok' ? { kind, value: items } : { kind, ended: 'refused', error: 'refused: x' }
    return { kind: 'complete', workload: 't', op, client: op, f: 'txn', outcome, latencyMs: 1 }
  }
  const told = serial
    ? txns.flatMap((items, op) => [begin(items, op), end(items, op)])
    : [...txns.map(begin), ...txns.map(end)]
  return isolation({ name: 't' }, { level }).check(journalOf(told))
}

const levels: readonly Level[] = ['read-committed', 'repeatable-read', 'serializable']

/** Anomalies from the literature, and the weakest level that forbids each. */
const cycles: readonly (readonly [string, Level, readonly Txn[]])[] = [
  [
    'G0',
    'read-committed',
    [
      [a('x', 1), a('y', 1)],
      [a('x', 2), a('y', 2)],
      [r('x', [1, 2]), r('y', [2, 1])],
    ],
  ],
  [
    'G1c',
    'read-committed',
    [
      [a('x', 1), r('y', [2])],
      [a('y', 2), r('x', [1])],
    ],
  ],
  [
    'G-single',
    'repeatable-read',
    [[r('x', []), r('y', [1])], [a('x', 1), a('y', 1)], [r('x', [1])]],
  ],
  [
    'G2',
    'serializable',
    [
      [r('x', []), a('y', 1)],
      [r('y', []), a('x', 1)],
      [r('x', [1]), r('y', [1])],
    ],
  ],
]

describe('isolation of list-append transactions', () => {
  test.each(cycles)('%s is forbidden from %s on', (name, weakest, txns) => {
    for (const level of levels) {
      const finding = run(level, txns)
      const isForbidden = levels.indexOf(level) >= levels.indexOf(weakest)
      expect([level, finding.word]).toEqual([level, isForbidden ? 'invalid' : 'valid'])
      if (isForbidden) expect(finding).toHaveProperty('witness.what', expect.stringContaining(name))
    }
  })

  test('a lost update is a single anti-dependency', () => {
    const finding = run('repeatable-read', [
      [r('x', []), a('x', 1)],
      [r('x', []), a('x', 2)],
      [r('x', [1, 2])],
    ])
    expect(finding).toHaveProperty('witness.what', expect.stringContaining('G-single'))
  })

  test.each<readonly [string, readonly Txn[], readonly End[]]>([
    ['G1a', [[a('x', 1)], [r('x', [1])]], ['fail', 'ok']],
    ['G1b', [[a('x', 1), a('x', 2)], [r('x', [1])]], []],
    ['doubled append', [[a('x', 1)], [r('x', [1, 1])]], []],
    ['phantom', [[a('x', 1)], [r('x', [7])]], []],
    ['contradiction', [[a('x', 1)], [a('x', 2)], [r('x', [1])], [r('x', [2, 1])]], []],
    ['internal', [[a('x', 1), r('x', [])]], []],
  ])('%s is forbidden at every level', (name, txns, ends) => {
    const finding = run('read-committed', txns, ends)
    expect(finding).toMatchObject({ word: 'invalid', story: expect.stringContaining(`${name}:`) })
  })

  test('a stale read breaks strict serializability only', () => {
    const txns = [[a('x', 1)], [a('x', 2)], [r('x', [1])], [r('x', [1, 2])]]
    expect(run('serializable', txns, [], true).word).toBe('valid')
    expect(run('strict-serializable', txns, [], true).word).toBe('invalid')
  })

  test('an append that was confirmed and no read ever saw still orders its readers', () => {
    const skew = [[r('x', []), a('y', 1)], [r('y', []), a('x', 1)], [a('z', 1)], [r('z', [1])]]
    expect(run('serializable', skew)).toHaveProperty('witness.what', expect.stringContaining('G2'))
  })

  test('what was never read shows nothing', () => {
    expect(run('serializable', []).word).toBe('unknown')
    expect(run('serializable', [[a('x', 1)], [a('x', 2)]]).word).toBe('unknown')
  })

  test('any serial execution is strictly serializable, also with uncertain ends', () => {
    const item = fc.record({ append: fc.boolean(), key: fc.constantFrom('x', 'y', 'z') })
    const txns = fc.array(
      fc.record({
        items: fc.array(item, { minLength: 1, maxLength: 4 }),
        end: fc.constantFrom<End>('ok', 'ok', 'fail', 'info'),
      }),
      { minLength: 1, maxLength: 12 },
    )
    fc.assert(
      fc.property(txns, plan => {
        const lists = new Map<string, readonly number[]>()
        let number = 0
        const done = plan.map(({ items, end }) => {
          const draft = new Map(lists)
          const txn = items.map(({ append, key }) => {
            const list = draft.get(key) ?? []
            if (!append) return r(key, list)
            number++
            draft.set(key, [...list, number])
            return a(key, number)
          })
          if (end !== 'fail') for (const [key, list] of draft) lists.set(key, list)
          return txn
        })
        const finding = run(
          'strict-serializable',
          done,
          plan.map(each => each.end),
          true,
        )
        expect(finding.word).not.toBe('invalid')
      }),
      { numRuns: 200 },
    )
  })
})
