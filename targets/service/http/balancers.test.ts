import { expect, test } from 'vitest'
import { createDefences } from '../defences.ts'
import { createBalancers } from './balancers.ts'

const noticeMs = 300

/** How long a process that is closing waits for its balancers. */
async function waited(isAsked: boolean, off: readonly 'readiness'[] = []): Promise<number> {
  const balancers = createBalancers(createDefences(off, { readiness: { noticeMs } }))
  if (isAsked) balancers.asked()
  const beganAt = performance.now()
  await balancers.told()
  return performance.now() - beganAt
}

test('a balancer that asks is given time to hear that the process is closing', async () => {
  expect(await waited(true)).toBeGreaterThanOrEqual(noticeMs - 2)
})

test('where nobody asks, and without readiness, nobody is waited for', async () => {
  expect(await waited(false)).toBeLessThan(noticeMs)
  expect(await waited(true, ['readiness'])).toBeLessThan(noticeMs)
})
