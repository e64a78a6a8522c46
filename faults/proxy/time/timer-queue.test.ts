import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap } from '../base/heap.ts'
import { TimerQueue } from './timer-queue.ts'

test('a heap gives back in order, and equals in the order they came', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 })), keys => {
      const heap = new Heap<{ key: number; n: number }>((a, b) => a.key - b.key)
      for (const [n, key] of keys.entries()) heap.push({ key, n })
      const out = Array.from(keys, () => heap.pop())
      const sorted = keys.map((key, n) => ({ key, n })).sort((a, b) => a.key - b.key || a.n - b.n)
      expect(out).toEqual(sorted)
      expect(heap.pop()).toBeUndefined()
    }),
  )
})

test.each([false, true])('calls are never early and in order (thread: %s)', async precise => {
  const timers = new TimerQueue()
  if (precise) timers.precise()
  const startMs = performance.now()
  const seen: { due: number; at: number }[] = []
  const delays = Array.from({ length: 60 }, (_, i) => ((i * 37) % 60) * 2.3)
  await new Promise<void>(resolve => {
    for (const delay of delays) {
      const due = startMs + delay
      timers.at(due, () => {
        seen.push({ due, at: performance.now() })
        if (seen.length === delays.length) resolve()
      })
    }
  })
  timers.close()
  for (const { due, at } of seen) expect(at).toBeGreaterThanOrEqual(due)
  expect(seen.map(({ due }) => due)).toEqual(delays.map(d => startMs + d).sort((a, b) => a - b))
})

test('a cancelled call does not come, nor does any after close', async () => {
  const timers = new TimerQueue()
  let calls = 0
  const cancelled = timers.in(5, () => calls++)
  timers.cancel(cancelled)
  const control = new Promise(resolve => timers.in(15, () => resolve('came')))
  expect(await control).toBe('came')
  timers.in(5, () => calls++)
  timers.close()
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(calls).toBe(0)
})
