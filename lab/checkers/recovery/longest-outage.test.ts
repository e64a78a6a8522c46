import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { traffic } from '../shared/journal-of.ts'
import { longestOutage } from './longest-outage.ts'

const workload = { name: 'reads' }
const outage = longestOutage(workload, { atMost: '1s' })

/**
 * An operation every 100 ms for 10 s, failing in [from, to); the fault is in force from 2 s to 6 s.
 */
function run(fromMs: number, toMs: number) {
  return traffic('reads', atMs => {
    return atMs >= fromMs && atMs < toMs
      ? { kind: 'fail', ended: 'refused', error: 'refused: away' }
      : { kind: 'ok', value: 1 }
  })
}

describe('longest outage', () => {
  test('a short outage is tolerated and measured', () => {
    const finding = outage.check(run(3000, 3800))
    expect(finding).toMatchObject({ word: 'valid', figures: { outageMs: 900 } })
  })

  test('a long outage is a witness that begins in the fault', () => {
    const finding = outage.check(run(3000, 5000))
    expect(finding).toMatchObject({ word: 'invalid', figures: { outageMs: 2100 } })
    expect(finding).toHaveProperty('witness.atMs', 2901)
  })

  test('an outage that never ends reaches to the end of the traffic', () => {
    const finding = outage.check(run(6500, 20_000))
    expect(finding).toMatchObject({ word: 'invalid', figures: { outageMs: 3499 } })
  })

  test('an instance that is out cannot hide behind one that is not', () => {
    const half = traffic('reads', (atMs, client) => {
      return client === 1 && atMs > 3000 && atMs < 6000
        ? { kind: 'info', ended: 'gave-up', error: 'no answer' }
        : { kind: 'ok', value: 1 }
    })
    expect(outage.check(half).word).toBe('valid')
    const by = longestOutage(workload, { atMost: '1s', by: each => `instance ${each.client}` })
    expect(by.check(half)).toHaveProperty('witness.what', expect.stringContaining('instance 1'))
  })

  test('nothing before the fault, or nothing at all, shows nothing', () => {
    expect(outage.check([]).word).toBe('unknown')
    expect(outage.check(run(0, 20_000)).word).toBe('unknown')
  })

  test('any outage within the fault is measured to one interval', () => {
    const times = fc.record({
      from: fc.integer({ min: 21, max: 70 }),
      length: fc.integer({ min: 0, max: 20 }),
    })
    fc.assert(
      fc.property(times, ({ from, length }) => {
        const { figures } = outage.check(run(from * 100, (from + length) * 100))
        expect(figures).toMatchObject({ outageMs: (length + 1) * 100 })
      }),
      { numRuns: 50 },
    )
  })
})
