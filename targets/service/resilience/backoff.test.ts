import { expect, test } from 'vitest'
import { equalJitterMs, fullJitterMs } from './backoff.ts'

const draws = 2_000
const drawn = (jitter: typeof fullJitterMs, attempt: number) =>
  Array.from({ length: draws }, () => jitter(attempt, 100, 1_000))

test.each([
  [1, 100],
  [2, 200],
  [4, 800],
  [5, 1_000],
  [40, 1_000],
])('full jitter of attempt %i is anything up to %i ms', (attempt, most) => {
  const all = drawn(fullJitterMs, attempt)
  expect(Math.max(...all)).toBeLessThanOrEqual(most)
  expect(Math.max(...all)).toBeGreaterThan(0.9 * most)
  expect(Math.min(...all)).toBeLessThan(0.1 * most)
})

test.each([
  [1, 100],
  [2, 200],
  [4, 800],
  [40, 1_000],
])('equal jitter of attempt %i is at least half of %i ms', (attempt, most) => {
  const all = drawn(equalJitterMs, attempt)
  expect(Math.max(...all)).toBeLessThanOrEqual(most)
  expect(Math.max(...all)).toBeGreaterThan(0.9 * most)
  expect(Math.min(...all)).toBeGreaterThanOrEqual(0.5 * most)
  expect(Math.min(...all)).toBeLessThan(0.6 * most)
})
