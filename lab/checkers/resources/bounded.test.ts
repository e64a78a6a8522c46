import { describe, expect, test } from 'vitest'
import type { Told } from '../shared/journal-of.ts'
import { sampleRun } from '../testing/sample-run.ts'
import { backToBaseline } from './back-to-baseline.ts'
import { bounded } from './bounded.ts'

/** A sample each second. */
function samples(value: (second: number) => number, of = 'api-1'): readonly Told[] {
  return Array.from({ length: 20 }, (_, second): Told => {
    return {
      kind: 'resources',
      of,
      figures: { connections: value(second) },
      atMs: second * 1000 + 5,
    }
  })
}

describe('a resource', () => {
  const most = bounded('api-1', 'connections', { atMost: 100 })
  const growth = bounded('api-1', 'connections', { growsAtMost: 5 })

  test('in its bound is valid, over it for one moment invalid', () => {
    expect(most.check(sampleRun(samples(() => 100)))).toMatchObject({ word: 'valid' })
    expect(most.check(sampleRun(samples(s => (s === 7 ? 101 : 50))))).toMatchObject({
      word: 'invalid',
      figures: { over: 1, most: 101 },
    })
  })

  test('over its bound before the fault is not the fault it is judged by', () => {
    expect(most.check(sampleRun(samples(s => (s < 3 ? 900 : 50)))).word).toBe('valid')
  })

  test('that grows and stays so is invalid, one that comes down again is not', () => {
    expect(growth.check(sampleRun(samples(s => 10 + s))).word).toBe('invalid')
    expect(growth.check(sampleRun(samples(s => (s > 4 && s < 12 ? 90 : 10)))).word).toBe('valid')
  })

  test('of which there are no samples shows nothing', () => {
    expect(most.check(sampleRun()).word).toBe('unknown')
    expect(most.check(sampleRun(samples(() => 1, 'api-2'))).word).toBe('unknown')
    const late = samples(() => 1).filter(({ atMs = 0 }) => atMs > 4_000)
    expect(growth.check(sampleRun(late)).word).toBe('unknown')
  })
})

describe('what was taken', () => {
  const back = backToBaseline('api-1', 'connections', { within: '2s', slack: 1 })

  test('and given back in time is valid', () => {
    expect(back.check(sampleRun(samples(s => (s > 4 && s < 12 ? 90 : 10)))).word).toBe('valid')
    expect(back.check(sampleRun(samples(s => (s > 4 ? 11 : 10)))).word).toBe('valid')
  })

  test('and kept is invalid, be it one', () => {
    expect(back.check(sampleRun(samples(s => (s > 4 ? 12 : 10))))).toMatchObject({
      word: 'invalid',
      figures: { baseline: 10, after: 12 },
    })
  })

  test('without a baseline, or samples at the end, shows nothing', () => {
    const only = (from: number, to: number) =>
      sampleRun(samples(() => 1).filter(({ atMs = 0 }) => atMs >= from && atMs < to))
    expect(back.check(only(5_000, 20_000)).word).toBe('unknown')
    expect(back.check(only(0, 11_000)).word).toBe('unknown')
  })
})
