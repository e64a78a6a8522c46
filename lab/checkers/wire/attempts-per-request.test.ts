import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WireEvent } from '../../journal/journal.ts'
import { traffic } from '../shared/journal-of.ts'
import { attemptsPerRequest } from './attempts-per-request.ts'

const workload = { name: 'orders' }
const limit = attemptsPerRequest(workload, { atMost: 3 })
const ok = () => ({ kind: 'ok', value: 1 }) as const

const request = (key: string, message = 'SET'): WireEvent => {
  return { kind: 'wire', link: 'api>redis', connection: 1, what: 'request', message, key }
}
const run = (wire: (op: number) => readonly WireEvent[]) => traffic('orders', ok, { wire })

describe('attempts per request', () => {
  test('one message per request is one attempt, also when a request needs several kinds', () => {
    const finding = limit.check(run(op => [request(`s:k${op}`), request(`s:k${op}`, 'EXPIRE')]))
    expect(finding).toMatchObject({ word: 'valid', figures: { most: 1, average: 1, seen: 100 } })
  })

  test('a request that is sent too often is named, with its messages', () => {
    const finding = limit.check(run(op => Array(op === 40 ? 5 : 1).fill(request(`k${op}`))))
    expect(finding).toMatchObject({ word: 'invalid', figures: { most: 5 } })
    expect(finding).toHaveProperty('witness.what', 'k40 was sent 5 times')
    expect(finding).toHaveProperty('witness.entries.length', 5)
  })

  test('many small retries break the budget', () => {
    const budget = attemptsPerRequest(workload, { atMost: 3, onAverageAtMost: 1.2 })
    expect(budget.check(run(op => Array(op % 2 ? 2 : 1).fill(request(`k${op}`)))).word).toBe(
      'invalid',
    )
    expect(budget.check(run(op => Array(op % 10 ? 1 : 2).fill(request(`k${op}`)))).word).toBe(
      'valid',
    )
  })

  test('connects are counted apart', () => {
    const connect: WireEvent = { kind: 'wire', link: 'api>redis', connection: 2, what: 'connect' }
    const finding = limit.check(run(op => [request(`k${op}`), connect, connect, connect, connect]))
    expect(finding).toMatchObject({ word: 'valid', figures: { connects: 400, most: 1 } })
  })

  test('a wire that shows nothing, or nothing of these requests, proves nothing', () => {
    expect(limit.check(run(() => [])).word).toBe('unknown')
    expect(limit.check(run(() => [request('foreign')])).word).toBe('unknown')
    expect(limit.check([]).word).toBe('unknown')
  })

  test('messages seen only before the fault prove nothing about it', () => {
    expect(limit.check(run(op => (op < 10 ? [request(`k${op}`)] : []))).word).toBe('unknown')
  })

  test('the most attempts of any run are counted exactly', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 100, maxLength: 100 }),
        counts => {
          const finding = limit.check(run(op => Array(counts[op] ?? 1).fill(request(`k${op}`))))
          const most = Math.max(...counts)
          expect(finding).toMatchObject({ word: most > 3 ? 'invalid' : 'valid', figures: { most } })
        },
      ),
      { numRuns: 30 },
    )
  })
})
