import { describe, expect, test } from 'vitest'
import { sampleRun, wire } from '../testing/sample-run.ts'
import { spreadConnects } from './spread-connects.ts'

// The strike of the sample is made at 4 s.
const spread = spreadConnects({ atMost: 0.1, within: '100ms' })
const connects = (count: number, atMs: (n: number) => number) =>
  sampleRun(Array.from({ length: count }, (_, n) => wire('connect', atMs(n), { connection: n })))

describe('connects', () => {
  test('one after the other are spread, however many there are', () => {
    expect(spread.check(connects(40, n => 4_100 + 100 * n))).toMatchObject({
      word: 'valid',
      figures: { connects: 40, share: 0.03 },
    })
    expect(spread.check(connects(400, n => 4_100 + 10 * n)).word).toBe('valid')
  })

  test('in waves are in step, however few there are', () => {
    const waves = connects(24, n => 4_100 + 2_000 * Math.floor(n / 8) + (n % 8))
    expect(spread.check(waves)).toMatchObject({ word: 'invalid', figures: { inStep: 1 } })
  })

  test('just at the share are spread, one more is not', () => {
    const together = (many: number) => connects(20, n => (n < many ? 5_000 : 5_000 + 100 * n))
    expect(spread.check(together(2)).word).toBe('valid')
    expect(spread.check(together(3)).word).toBe('invalid')
  })

  test('that are too few, or came too early to count, show nothing', () => {
    expect(spread.check(connects(19, n => 4_100 + 100 * n)).word).toBe('unknown')
    const later = spreadConnects({ atMost: 0.1, within: '100ms', after: '1s' })
    expect(later.check(connects(24, n => 4_100 + n)).word).toBe('unknown')
  })
})
