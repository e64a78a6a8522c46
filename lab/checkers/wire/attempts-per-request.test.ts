import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WireEvent } from '../../journal/journal.ts'
import { journalOf, type Told, traffic } from '../shared/journal-of.ts'
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
    const two = attemptsPerRequest(workload, { atMost: 3, perAttempt: 2 })
    const finding = two.check(run(op => [request(`s:k${op}`), request(`s:k${op}`, 'EXPIRE')]))
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

  test('a budget holds on each link: a quiet one hides no busy one', () => {
    const budget = attemptsPerRequest(workload, { atMost: 3, onAverageAtMost: 1.2 })
    const of = (op: number, times: number): readonly WireEvent[] =>
      Array(op % 5 === 0 ? times : 1).fill({
        ...request(`k${op}`),
        link: op % 5 === 0 ? 'busy>redis' : 'quiet>redis',
      })
    expect(budget.check(run(op => of(op, 2)))).toMatchObject({
      word: 'invalid',
      figures: { average: 1.2, averageOnOneLink: 2 },
    })
    expect(budget.check(run(op => of(op, 1))).word).toBe('valid')
  })

  test('connects are counted apart', () => {
    const connect: WireEvent = { kind: 'wire', link: 'api>redis', connection: 2, what: 'connect' }
    const finding = limit.check(run(op => [request(`k${op}`), connect, connect, connect, connect]))
    expect(finding).toMatchObject({ word: 'valid', figures: { connects: 400, most: 1 } })
  })

  test('alternating commands of one request count together', () => {
    const turns = (op: number) =>
      Array.from({ length: op === 40 ? 4 : 1 }, (_, n) =>
        request(`k${op}`, n % 2 ? 'EVALSHA' : 'SET'),
      )
    expect(limit.check(run(turns))).toMatchObject({ word: 'invalid', figures: { most: 4 } })
  })

  test('connects that are refused count every time', () => {
    const refused: WireEvent = { kind: 'wire', link: 'api>redis', connection: 2, what: 'refused' }
    const stormy = (op: number) => (op === 40 ? Array(50).fill(refused) : [request(`k${op}`)])
    expect(limit.check(run(stormy))).toMatchObject({
      word: 'invalid',
      figures: { refusedConnects: 50 },
    })
    const budget = attemptsPerRequest(workload, { atMost: 60, onAverageAtMost: 1.2 })
    expect(budget.check(run(stormy)).word).toBe('invalid')
    expect(limit.check(run(op => [request(`k${op}`), ...(op % 20 ? [] : [refused])])).word).toBe(
      'valid',
    )
  })

  test('a correlation that matches almost nothing proves nothing', () => {
    expect(limit.check(run(op => [request(op % 40 === 30 ? `k${op}` : 'foreign')])).word).toBe(
      'unknown',
    )
  })

  test('what the final reads send is no attempt', () => {
    const finals: Told[] = [
      { kind: 'phase', phase: 'final-reads' },
      ...Array(9).fill(request('k40', 'GET')),
    ]
    const journal = [...run(op => [request(`k${op}`)]), ...journalOf(finals)].map(
      (entry, index) => ({ ...entry, index, atMs: Math.max(entry.atMs, index > 300 ? 11_000 : 0) }),
    )
    expect(limit.check(journal)).toMatchObject({ word: 'valid', figures: { most: 1 } })
  })

  test('messages that nobody could read leave it open', () => {
    const unparsed: WireEvent = { kind: 'wire', link: 'api>redis', connection: 1, what: 'unparsed' }
    expect(limit.check(run(op => [request(`k${op}`), ...(op === 30 ? [unparsed] : [])])).word).toBe(
      'unknown',
    )
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
