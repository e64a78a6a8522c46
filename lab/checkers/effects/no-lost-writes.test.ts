import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../base/json.ts'
import type { Outcome } from '../../journal/journal.ts'
import { journalOf, type Told } from '../shared/journal-of.ts'
import { noLostWrites } from './no-lost-writes.ts'
import type { WriteOptions } from './writes.ts'

const orders = { name: 'orders' }
const ok: Outcome = { kind: 'ok', value: 'done' }
const fail: Outcome = { kind: 'fail', ended: 'refused', error: 'refused: busy' }
const info: Outcome = { kind: 'info', ended: 'gave-up', error: 'gave up' }

interface Row {
  readonly key: string
  readonly input: Json
  readonly outcome: Outcome
  /** What the final read finds; undefined: it is never read. */
  readonly found?: Json
}

function run(rows: readonly Row[], promised?: WriteOptions['promised']) {
  const invoke = { kind: 'invoke', workload: 'orders', client: 0, intendedMs: 0 } as const
  const complete = { kind: 'complete', workload: 'orders', client: 0, latencyMs: 1 } as const
  const writes = rows.flatMap(({ key, input, outcome }, op): Told[] => [
    { ...invoke, op, f: 'write', key, input },
    {
      ...complete,
      op,
      f: 'write',
      outcome: outcome === ok ? { kind: 'ok', value: input } : outcome,
    },
  ])
  const reads = rows.flatMap(({ key, found }, i): Told[] => {
    const op = rows.length + i
    if (found === undefined) return []
    const outcome: Outcome = { kind: 'ok', value: found }
    return [
      { ...invoke, op, f: 'read', key, input: null },
      { ...complete, op, f: 'read', outcome },
    ]
  })
  return noLostWrites(orders, promised ? { promised } : {}).check(
    journalOf([
      { kind: 'phase', phase: 'inject' },
      ...writes,
      { kind: 'phase', phase: 'final-reads' },
      ...reads,
    ]),
  )
}

describe('no lost writes', () => {
  test('what a kill takes was often written before it: the loss is dated by the read', () => {
    const write = { workload: 'orders', client: 0, op: 0, key: 'a' } as const
    const read = { ...write, op: 1, f: 'read' } as const
    const fault = {
      kind: 'fault',
      id: 1,
      strike: 'kill',
      fault: 'kill',
      label: 'kill',
      touches: [],
    } as const
    const journal = journalOf([
      { kind: 'invoke', ...write, f: 'write', input: 1, intendedMs: 0 },
      { kind: 'complete', ...write, f: 'write', outcome: { kind: 'ok', value: 1 }, latencyMs: 1 },
      { kind: 'phase', phase: 'inject', atMs: 500 },
      { ...fault, step: 'applied', atMs: 600 },
      { ...fault, step: 'healed', atMs: 700 },
      { kind: 'phase', phase: 'final-reads', atMs: 800 },
      { kind: 'invoke', ...read, input: null, intendedMs: 900, atMs: 900 },
      { kind: 'complete', ...read, outcome: { kind: 'ok', value: null }, latencyMs: 1, atMs: 901 },
    ])
    expect(noLostWrites(orders).check(journal)).toMatchObject({
      word: 'invalid',
      witness: { what: 'a was confirmed and is gone', atMs: 901 },
    })
  })

  test('a confirmed write that is found once and unchanged is kept', () => {
    const finding = run([{ key: 'a', input: { n: 1 }, outcome: ok, found: { n: 1 } }])
    expect(finding.word).toBe('valid')
    expect(finding.figures).toMatchObject({ acknowledged: 1, lost: 0 })
  })

  test.each([
    ['lost', { key: 'a', input: 1, outcome: ok, found: null }],
    ['doubled', { key: 'a', input: 1, outcome: ok, found: [1, 1] }],
    ['doubled', { key: 'a', input: 1, outcome: info, found: [1, 1] }],
    ['changed', { key: 'a', input: 1, outcome: ok, found: 2 }],
    ['refusedYetDone', { key: 'a', input: 1, outcome: fail, found: 1 }],
  ] as const)('a %s write is a witness', (sin, row) => {
    const finding = run([{ key: 'b', input: 1, outcome: ok, found: 1 }, row])
    expect(finding).toMatchObject({ word: 'invalid', figures: { [sin]: 1 } })
    expect(finding).toHaveProperty('witness.what', expect.stringContaining('a '))
    expect(finding).toHaveProperty('witness.entries', expect.arrayContaining([3]))
  })

  test('an effect nobody asked for is a phantom', () => {
    const checker = noLostWrites(orders, {
      promised: write => write.input,
      found: () => [
        { key: 'a', value: 1 },
        { key: 'z', value: 9 },
      ],
    })
    const told: Told[] = [
      {
        kind: 'invoke',
        workload: 'orders',
        client: 0,
        intendedMs: 0,
        op: 1,
        f: 'write',
        key: 'a',
        input: 1,
      },
      {
        kind: 'complete',
        workload: 'orders',
        client: 0,
        latencyMs: 1,
        op: 1,
        f: 'write',
        outcome: ok,
      },
      { kind: 'phase', phase: 'final-reads' },
      {
        kind: 'invoke',
        workload: 'orders',
        client: 0,
        intendedMs: 0,
        op: 2,
        f: 'read',
        input: null,
      },
      {
        kind: 'complete',
        workload: 'orders',
        client: 0,
        latencyMs: 1,
        op: 2,
        f: 'read',
        outcome: ok,
      },
    ]
    expect(checker.check(journalOf(told))).toMatchObject({
      word: 'invalid',
      figures: { phantom: 1 },
    })
  })

  test('an uncertain write is held to its input where the input is the promise', () => {
    const finding = run([{ key: 'a', input: 1, outcome: info, found: 2 }], write => write.input)
    expect(finding).toMatchObject({ word: 'invalid', figures: { changed: 1 } })
  })

  test('what ended uncertain may be there or not', () => {
    const finding = run([
      { key: 'a', input: 1, outcome: info, found: 1 },
      { key: 'b', input: 1, outcome: info, found: null },
      { key: 'c', input: 1, outcome: ok, found: 1 },
    ])
    expect(finding).toMatchObject({ word: 'valid', figures: { uncertain: 2 } })
  })

  test.each([
    ['an empty history', []],
    ['a history without confirmed writes', [{ key: 'a', input: 1, outcome: fail, found: null }]],
    ['a confirmed write that nobody read back', [{ key: 'a', input: 1, outcome: ok }]],
  ] as const)('%s shows nothing', (_, rows) => {
    expect(run(rows).word).toBe('unknown')
  })

  describe('of a key that is written again and again', () => {
    const write = (
      op: number,
      value: Json,
      fromMs: number,
      toMs: number,
      end: Outcome = ok,
    ): Told[] => [
      {
        ...{ kind: 'invoke', workload: 'orders', client: 0, op, f: 'write', key: 'a' },
        ...{ input: value, intendedMs: fromMs, atMs: fromMs },
      },
      {
        ...{ kind: 'complete', workload: 'orders', client: 0, op, f: 'write' },
        outcome: end === ok ? { kind: 'ok', value } : end,
        ...{ latencyMs: toMs - fromMs, atMs: toMs },
      },
    ]
    const read = (value: Json): Told[] => [
      { kind: 'phase', phase: 'final-reads', atMs: 9000 },
      ...write(99, null, 9001, 9002).map((entry): Told => {
        if (entry.kind === 'complete')
          return { ...entry, f: 'read', outcome: { kind: 'ok', value } }
        return entry.kind === 'invoke' ? { ...entry, f: 'read' } : entry
      }),
    ]
    const promised = (each: { readonly input: Json }) => each.input
    const check = (...told: Told[][]) =>
      noLostWrites(orders, { promised }).check(
        journalOf(told.flat().toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0))),
      )
    const sixty = Array.from({ length: 60 }, (_, n) => write(n, n, n * 10, n * 10 + 5))

    test('the last confirmed value is found, and the first would be a lost update', () => {
      expect(check(...sixty, read(59)).word).toBe('valid')
      expect(check(...sixty, read(0))).toMatchObject({ word: 'invalid', figures: { reverted: 1 } })
      expect(check(...sixty, read(77))).toMatchObject({ word: 'invalid', figures: { changed: 1 } })
    })

    test('of two confirmed at the same time either may be the last', () => {
      const both = [write(1, 'x', 0, 100), write(2, 'y', 50, 150)]
      expect(check(...both, read('x')).word).toBe('valid')
      expect(check(...both, read('y')).word).toBe('valid')
    })

    test('an uncertain write after the last confirmed one may be found, one before it is unclear', () => {
      expect(check(write(1, 'x', 0, 10), write(2, 'y', 20, 30, info), read('y')).word).toBe('valid')
      expect(check(write(1, 'y', 0, 10, info), write(2, 'x', 20, 30), read('y')).word).toBe(
        'unknown',
      )
    })
  })

  test('any honest store is valid, and any single theft from it is found', () => {
    const rows = fc.uniqueArray(
      fc.record({ key: fc.string(), input: fc.integer(), end: fc.constantFrom(ok, fail, info) }),
      { selector: row => row.key, minLength: 1 },
    )
    fc.assert(
      fc.property(rows, fc.func(fc.boolean()), (all, landed) => {
        const honest = all.map(({ key, input, end }) => {
          const there = end === ok || (end === info && landed(key))
          return { key, input, outcome: end, found: there ? input : null }
        })
        const acked = honest.findIndex(row => row.outcome === ok)
        expect(run(honest).word).toBe(acked < 0 ? 'unknown' : 'valid')
        if (acked < 0) return
        const robbed = honest.map((row, i) => (i === acked ? { ...row, found: null } : row))
        expect(run(robbed)).toMatchObject({ word: 'invalid', figures: { lost: 1 } })
      }),
    )
  })
})
