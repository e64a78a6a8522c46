import { describe, expect, test } from 'vitest'
import { traffic } from '../checkers/shared/journal-of.ts'
import type { Journal, Outcome } from '../journal/journal.ts'
import { errorRatio, hypothesis, p95, p99, throughput } from './probes.ts'
import { atLeast, atMost, equals } from './tolerances.ts'

const workload = { name: 'reads', perSecond: 10 }
const ok: Outcome = { kind: 'ok', value: 1 }
const failed: Outcome = { kind: 'fail', ended: 'refused', error: 'x' }
const unknown: Outcome = { kind: 'info', ended: 'gave-up', error: 'x' }

/** Ten seconds of traffic, or a part of them. */
const whole = (entries: Journal, fromMs = 0, toMs = 10_000) => ({ fromMs, toMs, entries })

describe('traffic probes', () => {
  test('p95 is taken from ok answers alone', () => {
    const failing = traffic('reads', atMs => (atMs < 5000 ? ok : failed), {
      latencyMs: atMs => (atMs < 5000 ? 20 : 900),
    })
    expect(p95(workload).over(whole(failing))?.value).toBeCloseTo(20, 0)
  })

  test('p95 counts what hangs with the time it has hung so far', () => {
    const hanging = traffic('reads', (_, client) => (client ? ok : undefined))
    expect(p95(workload).over(whole(hanging))?.value).toBeGreaterThan(8_000)
  })

  test('the error ratio counts failed and unknown alike', () => {
    const half = traffic('reads', (_, client) => (client ? ok : unknown))
    expect(errorRatio(workload).over(whole(half))).toEqual({ value: 0.5, samples: 100 })
  })

  test('the error ratio counts what hangs for over a second, and not what is young', () => {
    const hanging = traffic('reads', atMs => (atMs < 8_000 ? ok : undefined))
    expect(errorRatio(workload).over(whole(hanging, 7_000, 8_500))).toMatchObject({ value: 0 })
    const late = errorRatio(workload).over(whole(hanging, 7_000))
    expect(late).toEqual({ value: 10 / 20, samples: 20 })
  })

  test('an operation belongs to the window in which it was due, whenever it was answered', () => {
    const slow = traffic('reads', () => failed, { latencyMs: () => 3_000 })
    expect(errorRatio(workload).over(whole(slow, 2_000, 3_000))?.samples).toBe(10)
    expect(errorRatio(workload).over(whole(slow, 20_000, 30_000))).toBeUndefined()
  })

  test('throughput is per second of the window', () => {
    const { value } = throughput(workload).over(whole(traffic('reads', () => ok))) ?? {}
    expect(value).toBeCloseTo(10, 0)
  })

  test('throughput counts ok answers alone, in a window anywhere in the run', () => {
    const mixed = traffic('reads', atMs => (atMs < 5_000 ? ok : atMs < 7_500 ? failed : undefined))
    expect(throughput(workload).over(whole(mixed, 4_000, 8_000))).toEqual({
      value: 2.5,
      samples: 40,
    })
  })

  test('p99 shows the one slow answer of a hundred that p95 does not', () => {
    const oneSlow = traffic('reads', () => ok, { latencyMs: atMs => (atMs >= 9_800 ? 700 : 20) })
    expect(p95(workload).over(whole(oneSlow))?.value).toBeCloseTo(20, 0)
    expect(p99(workload).over(whole(oneSlow))?.value).toBeCloseTo(700, -1)
    expect([p95(workload).name, p99(workload).name]).toEqual(['p95 of reads', 'p99 of reads'])
  })

  test('what is in flight for less than the others took is not counted as an answer', () => {
    const young = traffic('reads', atMs => (atMs < 9_800 ? ok : undefined), {
      latencyMs: () => 1_000,
    })
    expect(p95(workload).over(whole(young))).toMatchObject({ samples: 98 })
    const old = traffic('reads', atMs => (atMs >= 1_000 ? ok : undefined), {
      latencyMs: () => 1_000,
    })
    expect(p95(workload).over(whole(old))).toMatchObject({ samples: 100 })
  })

  test('a percentile says what share beyond its bound would have shown', () => {
    expect(p95(workload).sees?.(200, 100)).toBe(
      'a share of 8.4 % or more beyond the bound, at 95 %',
    )
    expect(p99(workload).sees?.(200, 100)).toBe(
      'a share of 3.2 % or more beyond the bound, at 95 %',
    )
  })

  test('no operation says nothing', () => {
    for (const probe of [p95(workload), errorRatio(workload), throughput(workload)]) {
      expect(probe.over(whole([]))).toBeUndefined()
    }
  })

  test('a window says what it could have seen', () => {
    expect(errorRatio(workload).sees?.(200, 0.05)).toBe('an error ratio of 8.4 % or more, at 95 %')
    expect(errorRatio(workload).sees?.(2000, 0.05)).toBe('an error ratio of 5.9 % or more, at 95 %')
  })

  test('an abort condition reads as it is written', () => {
    const { accepts, forMs } = errorRatio(workload).above(0.9).for('15s')
    expect(forMs).toBe(15_000)
    expect(accepts.accepts(0.9)).toBe(true)
    expect(accepts.accepts(0.91)).toBe(false)
  })
})

describe('hypotheses', () => {
  test('a rare workload gets a window in which there is enough to see', () => {
    const rare = errorRatio({ name: 'reads', perSecond: 5 })
    expect(hypothesis('well', rare, atMost(0.1))).toMatchObject({ overMs: 4_800, samples: 20 })
    const often = errorRatio({ name: 'reads', perSecond: 100 })
    expect(hypothesis('well', often, atMost(0.1))).toMatchObject({ overMs: 2_000 })
  })

  test('a window is sized for the least rate of a course that is above zero', () => {
    const course = [
      { for: '1s', perSecond: 50 },
      { for: '1s', perSecond: 0 },
      { for: '1s', perSecond: 5 },
    ] as const
    expect(errorRatio({ name: 'reads', perSecond: course }).perSecond).toBe(5)
  })

  test('says its window and its samples', () => {
    const chosen = hypothesis('well', errorRatio(workload), atMost(0.1), { over: '5s', samples: 7 })
    expect(chosen).toMatchObject({ overMs: 5_000, samples: 7 })
  })
})

describe('tolerances', () => {
  test('bounds may be durations, and only numbers keep them', () => {
    expect(atMost('150ms').accepts(150)).toBe(true)
    expect(atMost('150ms').accepts(150.1)).toBe(false)
    expect(atMost('150ms')).toMatchObject({ bound: 150, expected: 'at most 150ms' })
    expect(atLeast(2).accepts(1.9)).toBe(false)
    expect(atLeast(2).accepts(2)).toBe(true)
    expect(atLeast('2s')).toMatchObject({ bound: 2_000, expected: 'at least 2s' })
    expect(atMost(1).accepts('0')).toBe(false)
    expect(atLeast(1).accepts('2')).toBe(false)
  })

  test('equality is deep', () => {
    expect(equals({ a: [1] }).accepts({ a: [1] })).toBe(true)
    expect(equals(2).accepts('2')).toBe(false)
  })
})
