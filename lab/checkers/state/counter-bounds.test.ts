import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../journal/journal.ts'
import { ok, operation, refused, sampleRun } from '../testing/sample-run.ts'
import { counterBounds } from './counter-bounds.ts'

const counter = counterBounds({ name: 'w' })
const uncertain: Outcome = { kind: 'info', ended: 'gave-up', error: 'no answer' }
let op = 0
const add = (atMs: number, by: number, outcome: Outcome = ok(null)) =>
  operation({ op: op++, f: 'add', key: 'k', input: by, outcome, atMs })
const read = (atMs: number, value: number) =>
  operation({ op: op++, f: 'read', key: 'k', input: null, outcome: ok(value), atMs })

describe('a counter', () => {
  test.each([
    ['exactly what was confirmed', [add(5_000, 3), add(5_100, 4), read(6_000, 7)], 'valid'],
    ['less than was confirmed', [add(5_000, 3), add(5_100, 4), read(6_000, 6)], 'invalid'],
    ['more than was attempted', [add(5_000, 3), read(6_000, 4)], 'invalid'],
    [
      'with an uncertain addition',
      [add(5_000, 3), add(5_100, 4, uncertain), read(6_000, 7)],
      'valid',
    ],
    ['without it', [add(5_000, 3), add(5_100, 4, uncertain), read(6_000, 3)], 'valid'],
    ['with a refused addition', [add(5_000, 3), add(5_100, 4, refused), read(6_000, 7)], 'invalid'],
    ['with one under way', [add(5_000, 3), add(6_001, 4), read(6_000, 7)], 'valid'],
    ['with something taken away', [add(5_000, 3), add(5_100, -1), read(6_000, 2)], 'valid'],
    ['of another sum', [add(5_000, 3), add(5_100, -1), read(6_000, 3)], 'invalid'],
    ['that nobody read', [add(5_000, 3)], 'unknown'],
    ['to which nothing was added', [read(6_000, 0)], 'unknown'],
  ])('%s', (_, parts, word) => {
    expect(counter.check(sampleRun(...parts)).word).toBe(word)
  })
})

describe('counters that one operation adds to together', () => {
  const basket = counterBounds(
    { name: 'w' },
    {
      amounts: ({ f, input }) =>
        f === 'take' ? { apples: -Number(input) } : { apples: Number(input), pears: 1 },
    },
  )
  const put = (atMs: number, by: number, outcome: Outcome = ok(null)) =>
    operation({ op: op++, f: 'put', key: `order ${op}`, input: by, outcome, atMs })
  const take = (atMs: number, by: number) =>
    operation({ op: op++, f: 'take', key: `order ${op}`, input: by, outcome: ok(null), atMs })
  const look = (key: string, value: number) =>
    operation({ op: op++, f: 'read', key, input: null, outcome: ok(value), atMs: 6_000 })

  test.each([
    ['each what was added to it', [look('apples', 7), look('pears', 2)], 'valid'],
    ['the first too little', [look('apples', 6), look('pears', 2)], 'invalid'],
    ['the second too much', [look('apples', 7), look('pears', 3)], 'invalid'],
    ['what was taken by another operation', [take(5_200, 2), look('apples', 5)], 'valid'],
    ['as if nothing had been taken', [take(5_200, 2), look('apples', 7)], 'invalid'],
    ['as if a refused one had been done', [put(5_200, 1, refused), look('apples', 8)], 'invalid'],
  ])('%s', (_, reads, word) => {
    const parts = [put(5_000, 3), put(5_100, 4), ...reads]
    expect(basket.check(sampleRun(...parts)).word).toBe(word)
  })
})
