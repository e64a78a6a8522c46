import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../base/json.ts'
import { journalOf, type Told, traffic } from '../shared/journal-of.ts'

const move = { workload: 'bank', op: 999, client: 0, f: 'transfer' } as const
const moved = (kind: 'invoke' | 'complete'): Told =>
  kind === 'invoke'
    ? { kind, ...move, input: 5, intendedMs: 3000, atMs: 3000 }
    : { kind, ...move, outcome: { kind: 'ok', value: 5 }, latencyMs: 1, atMs: 3001 }

import { conservation } from './conservation.ts'

describe('conservation', () => {
  const bank = conservation({ name: 'bank' }, { read: 'ask', quantity: Number, is: 100 })
  const reads = (answer: (atMs: number) => Json) =>
    bank.check([
      ...traffic('bank', atMs => ({ kind: 'ok', value: answer(atMs) })),
      ...journalOf([moved('invoke'), moved('complete')]),
    ])

  test('a sum that never changes is valid', () => {
    expect(reads(() => 100)).toMatchObject({ word: 'valid', figures: { least: 100, most: 100 } })
  })

  test('a sum that is off for one moment, or no number, is a witness', () => {
    const torn = reads(atMs => (atMs === 3000 ? 90 : 100))
    expect(torn).toMatchObject({ word: 'invalid', figures: { off: 1 }, witness: { atMs: 3001 } })
    expect(reads(atMs => (atMs === 3000 ? 'none' : 100)).word).toBe('invalid')
  })

  test('where nothing was moved, that the sum is kept shows nothing', () => {
    const still = traffic('bank', () => ({ kind: 'ok', value: 100 }))
    expect(bank.check(still)).toMatchObject({ word: 'unknown', figures: { moved: 0 } })
    const both = conservation(
      { name: 'bank' },
      { read: 'ask', quantity: Number, is: { atLeast: 0 } },
    )
    const moving = traffic('bank', atMs => ({ kind: 'ok', value: atMs }))
    expect(both.check(moving).word).toBe('valid')
  })

  test('without a read since the fault nothing is shown', () => {
    expect(bank.check([]).word).toBe('unknown')
    const calm = traffic('bank', atMs => {
      return atMs < 1900
        ? { kind: 'ok', value: 100 }
        : { kind: 'fail', ended: 'refused', error: 'refused: x' }
    })
    expect(bank.check(calm).word).toBe('unknown')
  })

  test('bounds hold exactly when every read is within', () => {
    const bounded = conservation(
      { name: 'b' },
      { read: 'ask', quantity: Number, is: { atLeast: 0, atMost: 9 } },
    )
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1, max: 10 }), { minLength: 100, maxLength: 100 }),
        values => {
          const told = traffic('b', atMs => ({ kind: 'ok', value: values[atMs / 100] ?? 0 }))
          const within = values.every(value => value >= 0 && value <= 9)
          const word = new Set(values.slice(20)).size > 1 ? 'valid' : 'unknown'
          expect(bounded.check(told).word).toBe(within ? word : 'invalid')
        },
      ),
      { numRuns: 30 },
    )
  })
})
