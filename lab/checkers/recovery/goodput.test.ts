import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../journal/journal.ts'
import { ok, operations, refused, sampleRun } from '../testing/sample-run.ts'
import { goodput } from './goodput.ts'

const w = { name: 'w' }
const half = goodput(w, { atLeast: 0.5, during: 'cut' })
const during = (ms: number) => ms >= 4_000 && ms < 10_000
const run = (outcome: (op: number) => Outcome | undefined) =>
  sampleRun(operations((op, ms) => ({ outcome: during(ms) ? outcome(op) : ok(1) })))

describe('goodput', () => {
  test('above its share is valid, below it invalid', () => {
    expect(half.check(run(op => (op % 3 ? ok(1) : refused)))).toMatchObject({
      word: 'valid',
      figures: { operations: 60, good: 40 },
    })
    expect(half.check(run(op => (op % 3 ? refused : ok(1)))).word).toBe('invalid')
  })

  test('counts what hangs, and what is in flight at the heal only when it is over its bound', () => {
    expect(half.check(run(op => (op % 3 ? undefined : ok(1))))).toMatchObject({
      word: 'invalid',
      figures: { operations: 54, good: 20 },
    })
  })

  test('dates what was in flight at the strike by its end, which the strike can explain', () => {
    const isLong = (ms: number) => ms === 3_900
    const journal = sampleRun(
      operations((_, ms) => ({
        outcome: during(ms) || isLong(ms) ? refused : ok(1),
        tookMs: isLong(ms) ? 400 : 5,
      })),
    )
    expect(half.check(journal)).toMatchObject({ word: 'invalid', witness: { atMs: 4_300 } })
  })

  test('of every stretch is not hidden by the mean', () => {
    const dark = run(op => (op >= 60 && op < 80 ? refused : ok(1)))
    expect(half.check(dark).word).toBe('valid')
    const each = goodput(w, { atLeast: 0.5, during: 'cut', inEvery: '1s' })
    expect(each.check(dark)).toHaveProperty('witness.what', expect.stringContaining('2000 ms on'))
  })

  test('is unknown where the strike was not made or nothing ran meanwhile', () => {
    expect(goodput(w, { atLeast: 0.5, during: 'x' }).check(run(() => ok(1))).word).toBe('unknown')
    expect(half.check(sampleRun()).word).toBe('unknown')
  })
})
