import type { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { currentContext, runInContext } from '../context.ts'
import { createDefences } from '../defences.ts'
import { deadlineIn } from '../resilience/deadline.ts'
import { createFlights } from './flights.ts'

/** The lock is always to be had. */
const redis: Redis = Object.assign(Object.create(null), {
  set: async () => 'OK',
  eval: async () => 1,
})
const defaultMs = 300
const share = createFlights(redis, createDefences([], { 'request-deadline': { defaultMs } }))
const nothing = async () => undefined

/** Asks as a request that may take so long. */
function asked<Value>(ms: number, flight: string, load: () => Promise<Value>): Promise<Value> {
  return runInContext({ requestId: flight, deadline: deadlineIn(ms, 1) }, () =>
    share(flight, nothing, load),
  )
}

/** As a statement on a connection that gives no answer: it ends with its deadline alone. */
function unanswered(): Promise<never> {
  const { signal } = currentContext().deadline
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason))
  })
}

test('a load that gives no answer ends by a deadline of its own, for all who wait for it', async () => {
  const both = [1, 2].map(() => asked(defaultMs, 'silent', unanswered))
  await Promise.allSettled(both)
  for (const one of both)
    await expect(one).rejects.toMatchObject({ details: { code: 'deadline-exceeded' } })
})

test('the deadline of whoever came first ends no load that others wait for', async () => {
  const slow = async () => {
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(currentContext().deadline.signal?.aborted).toBe(false)
    return 7
  }
  expect(await Promise.all([asked(20, 'slow', slow), asked(defaultMs, 'slow', slow)])).toEqual([
    7, 7,
  ])
})
