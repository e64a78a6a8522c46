import { expect, test } from 'vitest'
import { retryInMs } from './policy.ts'

const policy = { leaseMs: 1_000, attempts: 4, backOff: { baseMs: 100, capMs: 300 } }
const drawn = (attempts: number) =>
  Array.from({ length: 500 }, () => retryInMs(policy, { attempts }) ?? Number.NaN)

test.each([
  [1, 100],
  [2, 200],
  [3, 300],
])('after attempt %i a job is left alone for at least half of %i ms, and no longer', (n, ms) => {
  const all = drawn(n)
  expect(Math.min(...all)).toBeGreaterThanOrEqual(ms / 2)
  expect(Math.min(...all)).toBeLessThan(0.6 * ms)
  expect(Math.max(...all)).toBeLessThanOrEqual(ms)
  expect(Math.max(...all)).toBeGreaterThan(0.9 * ms)
})

test('with its last attempt a job is dead', () => {
  expect(retryInMs(policy, { attempts: 4 })).toBeUndefined()
  expect(retryInMs(policy, { attempts: 9 })).toBeUndefined()
})

test('control: without back-off it is due at once, and without an end it is never dead', () => {
  expect(retryInMs({ ...policy, backOff: undefined }, { attempts: 3 })).toBe(0)
  expect(retryInMs({ ...policy, attempts: undefined }, { attempts: 999 })).toBeLessThanOrEqual(300)
})
