import { describe, expect, test } from 'vitest'
import type { Told } from '../shared/journal-of.ts'
import { ok, operation, sampleRun } from '../testing/sample-run.ts'
import { fencing } from './fencing.ts'
import { mutualExclusion } from './mutual-exclusion.ts'

let op = 0
const lock = (f: 'acquire' | 'release', client: number, atMs: number) =>
  operation({ op: op++, client, f, key: 'lock', outcome: ok(null), atMs })

describe('a lock', () => {
  const exclusive = mutualExclusion({ name: 'w' })

  test('taken one after the other has one holder at a time', () => {
    const run = [lock('acquire', 1, 5_000), lock('release', 1, 5_100), lock('acquire', 2, 5_200)]
    expect(exclusive.check(sampleRun(...run)).word).toBe('valid')
  })

  test('taken while it is held has two', () => {
    const run = [lock('acquire', 1, 5_000), lock('acquire', 2, 5_050), lock('release', 1, 5_100)]
    expect(exclusive.check(sampleRun(...run))).toMatchObject({
      word: 'invalid',
      figures: { shared: 1 },
    })
  })

  test('whose release was under way when the next one took it may have been free', () => {
    const run = [lock('acquire', 1, 5_000), lock('release', 1, 5_100), lock('acquire', 2, 5_101)]
    expect(exclusive.check(sampleRun(...run)).word).toBe('valid')
  })

  test('with a lease is free after it, though its holder never gave it back', () => {
    const run = [lock('acquire', 1, 5_000), lock('acquire', 2, 6_100)]
    expect(exclusive.check(sampleRun(...run)).word).toBe('invalid')
    const leased = mutualExclusion({ name: 'w' }, { leaseMs: 1_000 })
    expect(leased.check(sampleRun(...run)).word).toBe('valid')
  })

  test('for which nobody contended shows nothing', () => {
    expect(exclusive.check(sampleRun(lock('acquire', 1, 5_000))).word).toBe('unknown')
  })
})

describe('effects under fencing tokens', () => {
  const fenced = fencing({ name: 'w' })
  const effect = (owner: string, token: number, atMs: number): Told => {
    const value = { key: 'run', owner, token }
    return { kind: 'observed', workload: 'w', client: 0, what: 'effect', value, atMs }
  }

  test('that only go on to newer tokens are fenced', () => {
    expect(fenced.check(sampleRun([effect('a', 1, 1), effect('b', 2, 2)])).word).toBe('valid')
  })

  test.each([
    ['stale', [effect('a', 1, 1), effect('b', 2, 2), effect('a', 1, 3)]],
    ['shared', [effect('a', 1, 1), effect('b', 1, 2)]],
  ])('are found to be %s', (kind, told) => {
    expect(fenced.check(sampleRun(told))).toMatchObject({ word: 'invalid', figures: { [kind]: 1 } })
  })

  test('where nothing was taken over, or an effect cannot be read, show nothing', () => {
    expect(fenced.check(sampleRun([effect('a', 1, 1), effect('a', 1, 2)])).word).toBe('unknown')
    const noise: Told = {
      kind: 'observed',
      workload: 'w',
      client: 0,
      what: 'effect',
      value: 1,
      atMs: 3,
    }
    expect(fenced.check(sampleRun([effect('a', 1, 1), effect('b', 2, 2), noise])).word).toBe(
      'unknown',
    )
  })
})
