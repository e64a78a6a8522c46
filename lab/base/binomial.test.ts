import { expect, test } from 'vitest'
import { leastVisibleShare } from './binomial.ts'

/** P(X ≤ k) for X ~ Binomial(n, p), term by term. */
function atMost(k: number, n: number, p: number): number {
  let sum = 0
  for (let i = 0; i <= k; i++) {
    let ways = 1
    for (let j = 0; j < i; j++) ways *= (n - j) / (j + 1)
    sum += ways * p ** i * (1 - p) ** (n - i)
  }
  return sum
}

test('without a tolerated bad one it is the rule of three', () => {
  for (const n of [20, 60, 300]) {
    expect(leastVisibleShare(n, 0)).toBeCloseTo(1 - 0.05 ** (1 / n), 9)
  }
})

test.each([
  [20, 0.05],
  [20, 0.1],
  [59, 0.05],
  [100, 0.05],
  [100, 0.5],
  [3, 0.4],
])('among %i samples at a bound of %f, just 5 %% of the windows would not show it', (n, bound) => {
  const share = leastVisibleShare(n, bound)
  expect(share).toBeGreaterThan(bound)
  expect(atMost(Math.floor(n * bound), n, share)).toBeCloseTo(0.05, 6)
})

test('a state in which all may be bad can never be seen', () => {
  expect(leastVisibleShare(20, 1)).toBe(1)
  expect(leastVisibleShare(0, 0.05)).toBe(1)
})

test('a single sample shows what is bad 95 times of 100', () => {
  expect(leastVisibleShare(1, 0)).toBeCloseTo(0.95, 9)
})
