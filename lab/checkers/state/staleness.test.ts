import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../journal/journal.ts'
import { ok, operation, refused, sampleRun } from '../testing/sample-run.ts'
import { readYourOwnWrite } from './read-your-own-write.ts'
import { staleness } from './staleness.ts'

const w = { name: 'w' }
const fresh = staleness(w, { atMost: '500ms' })
const own = readYourOwnWrite(w)
const uncertain: Outcome = { kind: 'info', ended: 'gave-up', error: 'no answer' }

let op = 0
const write = (atMs: number, value: string, client = 0, outcome: Outcome = ok(null)) =>
  operation({ op: op++, client, f: 'write', key: 'k', input: value, outcome, atMs })
const read = (atMs: number, value: string | null, client = 0) =>
  operation({ op: op++, client, f: 'read', key: 'k', input: null, outcome: ok(value), atMs })

describe('a read', () => {
  test('that sees what was confirmed is fresh', () => {
    const run = sampleRun(write(1_000, 'a'), write(5_000, 'b'), read(6_000, 'b'))
    expect(fresh.check(run)).toMatchObject({ word: 'valid', figures: { owed: 1 } })
    expect(own.check(run).word).toBe('valid')
  })

  test('of a value replaced longer ago than allowed is stale, of one just replaced is not', () => {
    const run = (atMs: number) =>
      sampleRun(write(4_500, 'a'), write(5_000, 'b'), read(atMs, 'a', 1))
    expect(fresh.check(run(5_400)).word).toBe('valid')
    expect(fresh.check(run(5_506))).toMatchObject({ word: 'invalid', figures: { stale: 1 } })
  })

  test('of nothing, though something was confirmed, is stale', () => {
    expect(fresh.check(sampleRun(write(5_000, 'a'), read(6_000, null))).word).toBe('invalid')
  })

  test('just replaced by its own session breaks that session, and no other', () => {
    const run = (client: number) =>
      sampleRun(write(4_500, 'a', 5), write(5_000, 'b'), read(5_010, 'a', client))
    expect(own.check(run(0)).word).toBe('invalid')
    expect(own.check(run(1)).word).toBe('unknown')
  })

  test('of an uncertain write may come at any time', () => {
    const run = sampleRun(write(4_000, 'a', 0, uncertain), write(5_000, 'b'), read(6_000, 'a'))
    expect(fresh.check(run).word).toBe('valid')
  })

  test('of a refused write, or of one that nobody made, leaves it open', () => {
    const foreign = sampleRun(write(5_000, 'b'), read(6_000, 'z'))
    expect(fresh.check(foreign)).toMatchObject({ word: 'unknown', figures: { strange: 1 } })
    const said = sampleRun(write(5_000, 'b'), write(5_100, 'c', 0, refused), read(6_000, 'c'))
    expect(fresh.check(said).word).toBe('unknown')
  })
})
