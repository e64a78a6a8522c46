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
