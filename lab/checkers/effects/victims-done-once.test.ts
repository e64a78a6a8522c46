import { describe, expect, test } from 'vitest'
import type { Json } from '../../base/json.ts'
import type { Outcome } from '../../journal/journal.ts'
import { finalReads, ok, operation, refused, sampleRun, wire } from '../testing/sample-run.ts'
import { victimsDoneOnce } from './victims-done-once.ts'

const done = victimsDoneOnce({ name: 'w' })
const run = (outcome: Outcome, found: Readonly<Record<string, Json>>, error = '40P01') =>
  sampleRun(
    operation({ op: 1, key: 'k1', f: 'pay', outcome, atMs: 5_000, tookMs: 50 }),
    [wire('request', 5_001, { key: 'k1' }), wire('response', 5_010, { error })],
    [wire('request', 5_020, { key: 'k1' }), wire('response', 5_030)],
    finalReads(found),
  )

describe('the victim of a conflict', () => {
  test('that is done all the same, and once, is valid', () => {
    expect(done.check(run(ok(1), { k1: 1 }))).toMatchObject({
      word: 'valid',
      figures: { victims: 1 },
    })
  })

  test.each([
    ['lost', ok(1), null],
    ['doubled', ok(1), [1, 1]],
    ['refused', refused, null],
    ['refusedYetDone', refused, 1],
  ])('is found to be %s', (kind, outcome, found) => {
    expect(done.check(run(outcome, { k1: found }))).toMatchObject({
      word: 'invalid',
      figures: { [kind]: 1 },
    })
  })

  test('may be refused where that is allowed', () => {
    const lenient = victimsDoneOnce({ name: 'w' }, { succeeds: false })
    expect(lenient.check(run(refused, { k1: null })).word).toBe('valid')
  })

  test('that was not read back, or was none, shows nothing', () => {
    expect(done.check(run(ok(1), {})).word).toBe('unknown')
    expect(done.check(run(ok(1), { k1: 1 }, '42P01')).word).toBe('unknown')
  })
})
