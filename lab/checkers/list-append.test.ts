import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seeded } from '../base/random.ts'
import type { Outcome } from '../journal/journal.ts'
import type { Item } from './isolation/transactions.ts'
import { isolation, type Level } from './list-append.ts'
import { journalOf, type Told } from './shared/journal-of.ts'

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

const common = { workload: 't', op: 0, client: 0, f: 'txn' } as const

/** A right store with eight clients; what is read is shared, as the lists grow long. */
function manyTransactions(count: number, keys: number) {
  const random = seeded(keys)
  const lists = new Map<string, readonly number[]>()
  const told: Told[] = []
  const open: { readonly op: number; readonly items: readonly Item[] }[] = []
  for (let op = 0; op < count || open.length > 0; ) {
    if (op < count && open.length < 8 && random.next() < 0.5) {
      const items = Array.from({ length: random.integer(1, 4) }, (_, i): Item => {
        const key = `k${random.integer(0, keys - 1)}`
        return random.next() < 0.3 ? a(key, 10 * op + i) : ['read', key, null]
      })
      const common = { workload: 't', op, client: op, f: 'txn' } as const
      told.push({ kind: 'invoke', ...common, input: items, intendedMs: 0 })
      open.push({ op: op++, items })
      continue
    }
    const [done] = open.splice(random.integer(0, open.length - 1), 1)
    if (!done) continue
    const value = done.items.map(([f, key, number]): Item => {
      const list = lists.get(key) ?? []
      if (f === 'read') return r(key, list)
      lists.set(key, [...list, Number(number)])
      return a(key, Number(number))
    })
    const common = { workload: 't', op: done.op, client: done.op, f: 'txn' } as const
    told.push({ kind: 'complete', ...common, outcome: { kind: 'ok', value }, latencyMs: 1 })
  }
  return journalOf(told)
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

  test('an uncertain transaction that was seen has committed, as a whole', () => {
    const txns = [
      [a('y', 1), a('x', 1)],
      [r('y', [1]), r('x', [])],
    ]
    expect(run('read-committed', txns, ['info']).word).toBe('valid')
    for (const level of ['repeatable-read', 'serializable'] as const) {
      expect(run(level, txns, ['info'])).toHaveProperty(
        'witness.what',
        'G-single (read skew): T0 -wr(y)-> T1, T1 -rw(x)-> T0',
      )
    }
  })

  test('an update is lost also where no read ever saw it', () => {
    const txns = [[a('x', 0)], [r('x', [0]), a('x', 1)], [r('x', [0]), a('x', 2)], [r('x', [0, 1])]]
    expect(run('read-committed', txns).word).toBe('valid')
    expect(run('repeatable-read', txns)).toMatchObject({
      word: 'invalid',
      story: expect.stringContaining('lost update'),
    })
  })

  test('of two that append to one list, unseen, one must have come first', () => {
    const blind = [
      [r('y', []), a('z', 1), a('x', 1)],
      [r('z', []), a('y', 1), a('x', 2)],
      [a('w', 1)],
      [r('w', [1])],
    ]
    expect(run('repeatable-read', blind)).toMatchObject({
      word: 'invalid',
      story: expect.stringContaining('T0 and T1 appended to one list'),
    })
    const apart = blind.with(1, [a('y', 1), a('x', 2)])
    expect(run('repeatable-read', apart).word).toBe('valid')
  })

  test('a long fork is no snapshot, while write skew is one', () => {
    const fork = [[a('x', 1)], [a('y', 1)], [r('x', [1]), r('y', [])], [r('x', []), r('y', [1])]]
    expect(run('read-committed', fork).word).toBe('valid')
    expect(run('repeatable-read', fork)).toMatchObject({
      word: 'invalid',
      story: expect.stringContaining('G-nonadjacent (long fork)'),
    })
  })

  test.each<readonly [string, readonly Txn[]]>([
    ['what it appends only later', [[a('x', 2)], [r('x', [2, 1]), a('x', 1)]]],
    ['another order than that of the appends', [[a('x', 1), a('x', 2)], [r('x', [2, 1])]]],
    ['the second append without the first', [[a('x', 1), a('x', 2)], [r('x', [2])]]],
  ])('no level allows to read %s', (_, txns) => {
    expect(run('read-uncommitted', txns).word).toBe('invalid')
  })

  test('read-uncommitted allows to read what is half done or undone, and no dirty write', () => {
    const dirty = [[a('x', 1), a('x', 2)], [a('x', 3)], [r('x', [1, 3])], [r('x', [3])]]
    expect(run('read-uncommitted', dirty, ['fail']).word).toBe('valid')
    expect(run('read-committed', dirty, ['fail']).word).toBe('invalid')
    expect(run('read-uncommitted', [[a('x', 1), a('x', 2)], [r('x', [1])]]).word).toBe('valid')
    const writes = [
      [a('x', 1), a('y', 1)],
      [a('x', 2), a('y', 2)],
      [r('x', [1, 2]), r('y', [2, 1])],
    ]
    expect(run('read-uncommitted', writes).word).toBe('invalid')
  })

  test('what is no list-append, answers another one, or tells nothing apart is unknown', () => {
    const [begin, end] = journalOf([
      { kind: 'invoke', ...common, input: [['append', 'x', 1]], intendedMs: 0 },
      { kind: 'complete', ...common, outcome: { kind: 'ok', value: [] }, latencyMs: 1 },
    ])
    const check = isolation({ name: 't' }, { level: 'serializable' })
    expect(check.check([begin, end].flatMap(each => each ?? []))).toMatchObject({
      word: 'unknown',
      figures: { strange: 1 },
    })
    const twice = [[a('x', 1)], [a('x', 1)], [r('x', [1])]]
    expect(run('serializable', twice)).toMatchObject({
      word: 'unknown',
      story: expect.stringContaining('1 was appended twice to x'),
    })
  })

  test.each(levels)('each lie told to a history that is %s is found', level => {
    const journal = manyTransactions(200, 3)
    const check = isolation({ name: 't' }, { level })
    expect(check.check(journal).word).toBe('valid')
    for (const lie of check.lies ?? []) {
      for (let seed = 0; seed < 20; seed++) {
        const told = lie.tell(journal, seeded(seed))
        const finding = check.check(told?.journal ?? [])
        expect([lie.name, finding.word]).toEqual([lie.name, 'invalid'])
        const touched = expect.arrayContaining([...(told?.touched ?? [])])
        expect(finding).toHaveProperty('witness.entries', touched)
      }
    }
  })

  test('the witness is dated at the end of the shortest beginning that fails', () => {
    const stale = [[a('x', 1)], [r('x', [1])], [r('x', [])], [a('x', 2)], [r('x', [1, 2])]]
    expect(run('strict-serializable', stale, [], true)).toMatchObject({
      word: 'invalid',
      witness: { atMs: 50 },
    })
  })

  test.each([24, 5])('20,000 transactions on %d lists take less than 3 s of a processor', keys => {
    const journal = manyTransactions(20_000, keys)
    for (const level of ['repeatable-read', 'strict-serializable'] as const) {
      const before = process.threadCpuUsage()
      expect(isolation({ name: 't' }, { level }).check(journal).word).toBe('valid')
      const { user, system } = process.threadCpuUsage(before)
      expect((user + system) / 1_000).toBeLessThan(3_000)
    }
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
