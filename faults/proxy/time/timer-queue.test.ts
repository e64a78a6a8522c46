import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap } from '../base/heap.ts'
import { Deadlines } from './timer-queue.ts'

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
  const deadlines = new Deadlines()
  if (precise) deadlines.precise()
  const startMs = performance.now()
  const seen: { due: number; at: number }[] = []
  const delays = Array.from({ length: 60 }, (_, i) => ((i * 37) % 60) * 2.3)
  await new Promise<void>(resolve => {
    for (const delay of delays) {
      const due = startMs + delay
      deadlines.at(due, () => {
        seen.push({ due, at: performance.now() })
        if (seen.length === delays.length) resolve()
      })
    }
  })
  deadlines.close()
  for (const { due, at } of seen) expect(at).toBeGreaterThanOrEqual(due)
  expect(seen.map(({ due }) => due)).toEqual(delays.map(d => startMs + d).sort((a, b) => a - b))
})

test('a cancelled call does not come, nor does any after close', async () => {
  const deadlines = new Deadlines()
  let calls = 0
  const cancelled = deadlines.in(5, () => calls++)
  deadlines.cancel(cancelled)
  const control = new Promise(resolve => deadlines.in(15, () => resolve('came')))
  expect(await control).toBe('came')
  deadlines.in(5, () => calls++)
  deadlines.close()
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(calls).toBe(0)
})
