import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../journal/journal.ts'
import { began, journalOf, traffic } from '../shared/journal-of.ts'
import { fastRefusals } from './fast-refusals.ts'

const fast = fastRefusals({ name: 'orders' }, { p50AtMost: '50ms', p95AtMost: '200ms' })
const ok: Outcome = { kind: 'ok', value: 1 }
const refused: Outcome = { kind: 'fail', ended: 'refused', error: 'refused: open' }
const during = (atMs: number) => atMs >= 2000 && atMs < 6000

const run = (latencyMs: (atMs: number) => number) =>
  traffic('orders', atMs => (during(atMs) ? refused : ok), { latencyMs })

describe('fast refusals', () => {
  test('quick refusals are valid', () => {
    expect(fast.check(run(() => 5))).toMatchObject({
      word: 'valid',
      figures: { refused: 40, p50Ms: 5 },
    })
  })

  test('a slow median or a slow tail is invalid, and the slowest is the witness', () => {
    expect(fast.check(run(() => 60)).word).toBe('invalid')
    const tail = fast.check(run(atMs => (atMs >= 5500 ? 300 : 5)))
    expect(tail).toMatchObject({ word: 'invalid', figures: { p50Ms: 5, p95Ms: 300 } })
  })

  test('a slow refusal that cannot say what was done counts as one', () => {
    const uncertain: Outcome = { kind: 'info', ended: 'refused', error: 'refused: unconfirmed' }
    const slow = traffic('orders', atMs => (during(atMs) ? uncertain : ok), {
      latencyMs: () => 800,
    })
    expect(fast.check(slow)).toMatchObject({
      word: 'invalid',
    })
  })

  test('slow refusals outside the fault are not its business', () => {
    const before = traffic('orders', () => refused, {
      latencyMs: atMs => (atMs < 1000 || atMs >= 6000 ? 900 : 5),
    })
    expect(fast.check(before).word).toBe('valid')
  })

  test('five quick refusals do not outweigh thirty-five hangs', () => {
    const hangs = traffic('orders', atMs => {
      if (!during(atMs)) return ok
      return atMs < 2500 ? refused : undefined
    })
    expect(fast.check(hangs)).toMatchObject({ word: 'invalid', figures: { p50Ms: 1600 } })
    const gaveUp: Outcome = { kind: 'info', ended: 'gave-up', error: 'no answer' }
    const later = traffic(
      'orders',
      atMs => (during(atMs) ? (atMs < 2500 ? refused : gaveUp) : ok),
      {
        latencyMs: atMs => (during(atMs) && atMs >= 2500 ? 4000 : 5),
      },
    )
    expect(fast.check(later).word).toBe('invalid')
  })

  test('what was in flight when the fault struck counts, and what hangs at its end for so long', () => {
    const inFlight = traffic('orders', atMs => (atMs < 1500 ? ok : refused), {
      latencyMs: atMs => (atMs >= 1500 && atMs < 2000 ? 700 : 5),
    })
    expect(fast.check(inFlight)).toMatchObject({ word: 'invalid', figures: { p95Ms: 700 } })
  })

  test('when none was refused, nothing is shown', () => {
    expect(fast.check([]).word).toBe('unknown')
    expect(fast.check(traffic('orders', () => ok)).word).toBe('unknown')
  })

  test('valid exactly when the nearest-rank quantiles keep the bounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 40, maxLength: 40 }),
        ms => {
          const finding = fast.check(run(atMs => ms[(atMs - 2000) / 100] ?? 1))
          const sorted = ms.toSorted((a, b) => a - b)
          const slow = (sorted[19] ?? 0) > 50 || (sorted[37] ?? 0) > 200
          expect(finding.word).toBe(slow ? 'invalid' : 'valid')
        },
      ),
      { numRuns: 50 },
    )
  })

  test('in a run without faults, that nothing was refused is the answer', () => {
    const calm = [...journalOf([began(true)]), ...traffic('orders', () => ok)]
    expect(fast.check(calm).word).toBe('valid')
  })
})
