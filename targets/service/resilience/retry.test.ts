import { expect, test } from 'vitest'
import { createDefences } from '../defences.ts'
import { createMetrics } from '../metrics.ts'
import { fullJitterMs } from './backoff.ts'
import { createRetrier } from './retry.ts'

const quick = { 'retry-budget': { attempts: 3, ratio: 0.2, reserve: 10, baseMs: 0, capMs: 0 } }
const always = { signal: undefined, retriable: () => true }

function failing() {
  let attempts = 0
  const attempt = async () => {
    attempts += 1
    throw new Error('away')
  }
  return { attempt, count: () => attempts }
}

test('tries three times and no more', async () => {
  const retrier = createRetrier('x', createDefences([], quick), createMetrics('test'))
  const { attempt, count } = failing()
  await expect(retrier.run(attempt, always)).rejects.toThrow('away')
  expect(count()).toBe(3)
})

test('of many requests that fail only a fifth is tried again, beyond a small reserve', async () => {
  const retrier = createRetrier('x', createDefences([], quick), createMetrics('test'))
  const { attempt, count } = failing()
  const requests = 500
  for (let i = 0; i < requests; i++) await retrier.run(attempt, always).catch(() => {})
  expect(count()).toBeLessThanOrEqual(1.2 * requests + 10)
  expect(count()).toBeGreaterThan(1.15 * requests)
})

test('leaves alone what must not be done twice', async () => {
  const retrier = createRetrier('x', createDefences([], quick), createMetrics('test'))
  const { attempt, count } = failing()
  const never = { signal: undefined, retriable: () => false }
  await expect(retrier.run(attempt, never)).rejects.toThrow('away')
  expect(count()).toBe(1)
})

test('control: without the budget it goes on until the time is up', async () => {
  const retrier = createRetrier('x', createDefences(['retry-budget']), createMetrics('test'))
  const { attempt, count } = failing()
  const signal = AbortSignal.timeout(150)
  await expect(retrier.run(attempt, { signal, retriable: () => true })).rejects.toThrow()
  expect(count()).toBeGreaterThan(5)
})

test('the jitter is full: from nothing to a cap that grows', () => {
  const delays = Array.from({ length: 2_000 }, () => fullJitterMs(3, 20, 60))
  expect(Math.min(...delays)).toBeLessThan(5)
  expect(Math.max(...delays)).toBeGreaterThan(55)
  expect(Math.max(...delays)).toBeLessThanOrEqual(60)
})
