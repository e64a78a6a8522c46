import { describe, expect, test } from 'vitest'
import { traffic } from '../checkers/shared/journal-of.ts'
import type { Outcome } from '../journal/journal.ts'
import { errorRatio, p95, throughput } from './probes.ts'
import { atLeast, atMost, equals } from './tolerances.ts'

const workload = { name: 'reads' }
const ok: Outcome = { kind: 'ok', value: 1 }

describe('traffic probes', () => {
  test('p95 is taken from ok answers alone', () => {
    const failing = traffic('reads', atMs => (atMs < 5000 ? ok : { kind: 'fail', error: 'x' }), {
      latencyMs: atMs => (atMs < 5000 ? 20 : 900),
    })
    expect(p95(workload).over(failing)).toBeCloseTo(20, 0)
  })

  test('the error ratio counts failed and unknown alike', () => {
    const half = traffic('reads', (_, client) => (client ? ok : { kind: 'info', error: 'x' }))
    expect(errorRatio(workload).over(half)).toBe(0.5)
  })

  test('throughput is per second of the window', () => {
    expect(throughput(workload).over(traffic('reads', () => ok))).toBeCloseTo(10, 0)
  })

  test('too few answers say nothing', () => {
    for (const probe of [p95(workload), errorRatio(workload), throughput(workload)]) {
      expect(probe.over([])).toBeUndefined()
    }
  })

  test('an abort condition reads as it is written', () => {
    const { accepts, forMs } = errorRatio(workload).above(0.9).for('15s')
    expect(forMs).toBe(15_000)
    expect(accepts.accepts(0.9)).toBe(true)
    expect(accepts.accepts(0.91)).toBe(false)
  })
})

describe('tolerances', () => {
  test('bounds may be durations, and only numbers keep them', () => {
    expect(atMost('150ms').accepts(150)).toBe(true)
    expect(atMost('150ms').accepts(150.1)).toBe(false)
    expect(atLeast(2).accepts(1)).toBe(false)
    expect(atMost(1).accepts('0')).toBe(false)
  })

  test('equality is deep', () => {
    expect(equals({ a: [1] }).accepts({ a: [1] })).toBe(true)
    expect(equals(2).accepts('2')).toBe(false)
  })
})
