import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../journal/journal.ts'
import type { Told } from '../shared/journal-of.ts'
import { ok, operations, refused, sampleRun } from '../testing/sample-run.ts'
import { recovers } from './recovers.ts'

const w = { name: 'w' }
const run = (
  outcome: (op: number, atMs: number) => Outcome | undefined,
  more: readonly Told[] = [],
) =>
  sampleRun(
    operations((op, atMs) => ({ outcome: outcome(op, atMs) })),
    more,
  )
const aided = recovers(w, { from: 'cut', within: '2s' })
const unaided = recovers(w, { from: 'cut', within: '2s', unaided: true })

describe('recovery', () => {
  test('in time after the heal is valid, and measured', () => {
    const journal = run((_, ms) => (ms >= 4_000 && ms < 11_000 ? refused : ok(1)))
    expect(aided.check(journal)).toMatchObject({ word: 'valid', figures: { recoveryMs: 900 } })
  })

  test('that comes too late, or never, is invalid', () => {
    expect(aided.check(run((_, ms) => (ms >= 4_000 && ms < 13_000 ? refused : ok(1)))).word).toBe(
      'invalid',
    )
    const half = run((op, ms) => (ms >= 4_000 && op % 2 ? refused : ok(1)))
    expect(aided.check(half)).toMatchObject({ word: 'invalid', figures: { notRecovered: 1 } })
  })

  test('is not shown by operations that hang', () => {
    expect(aided.check(run((_, ms) => (ms >= 4_000 ? undefined : ok(1)))).word).toBe('invalid')
  })

  test('unaided is counted from the strike, and judged before anything is healed', () => {
    const helped = run((_, ms) => (ms >= 4_000 && ms < 10_000 ? refused : ok(1)))
    expect(aided.check(helped).word).toBe('valid')
    expect(unaided.check(helped).word).toBe('invalid')
    const alone = run((_, ms) => (ms >= 4_000 && ms < 5_500 ? refused : ok(1)))
    expect(unaided.check(alone)).toMatchObject({ word: 'valid', figures: { recoveryMs: 1_400 } })
  })

  test('is counted from its own strike, not from the first one of the run', () => {
    const other = {
      kind: 'fault',
      id: 1,
      strike: 'late',
      fault: 'x',
      label: 'x',
      touches: [],
    } as const
    const second: Told[] = [
      { ...other, step: 'applied', atMs: 13_000 },
      { ...other, step: 'healed', atMs: 14_000 },
    ]
    const journal = run((_, ms) => (ms >= 13_000 && ms < 14_500 ? refused : ok(1)), second)
    expect(recovers(w, { from: 'late', within: '1s' }).check(journal).word).toBe('valid')
    expect(aided.check(journal).word).toBe('valid')
    expect(recovers(w, { from: 'late', within: '1s', unaided: true }).check(journal).word).toBe(
      'unknown',
    )
  })

  test('of one group is not hidden by another', () => {
    const journal = run((op, ms) => (ms >= 4_000 && op % 2 ? refused : ok(1)))
    const by = recovers(w, {
      from: 'cut',
      within: '2s',
      share: 0.4,
      by: one => `api-${one.client}`,
    })
    expect(recovers(w, { from: 'cut', within: '2s', share: 0.4 }).check(journal).word).toBe('valid')
    expect(by.check(journal)).toHaveProperty('witness.what', expect.stringContaining('api-1'))
  })

  test('is unknown without the strike, without a service before it, or with too little traffic', () => {
    const well = run(() => ok(1))
    expect(recovers(w, { from: 'none', within: '2s' }).check(well).word).toBe('unknown')
    expect(aided.check(run((_, ms) => (ms < 4_000 ? refused : ok(1)))).word).toBe('unknown')
    expect(recovers(w, { from: 'cut', within: '9500ms' }).check(well).word).toBe('unknown')
    expect(aided.check([]).word).toBe('unknown')
  })
})
