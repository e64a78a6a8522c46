import { describe, expect, test } from 'vitest'
import type { Json } from '../../base/json.ts'
import type { Told } from '../shared/journal-of.ts'
import { sampleRun } from '../testing/sample-run.ts'
import { closedWith } from './closed-with.ts'

// The strike of the sample is made at 4 s.
const told = closedWith({ name: 'w' }, { code: 1012 })
const closed = (client: number, value: Json, atMs = 5_000): Told => {
  return { kind: 'observed', workload: 'w', client, what: 'closed', value, atMs }
}

describe('connections that are closed', () => {
  test('all with the code are valid, one without it is found', () => {
    const both = [closed(1, { code: 1012 }), closed(2, { code: 1012 })]
    expect(told.check(sampleRun(both))).toMatchObject({ word: 'valid', figures: { closed: 2 } })
    const one = [closed(1, { code: 1012 }), closed(2, { code: 1006 }, 6_000)]
    expect(told.check(sampleRun(one))).toMatchObject({ word: 'invalid', witness: { atMs: 6_000 } })
  })

  test('before the fault, or of other traffic, are none of its business', () => {
    const other: Told = { ...closed(1, { code: 1006 }), workload: 'v' } as Told
    const all = [closed(1, { code: 1006 }, 3_000), closed(2, { code: 1012 }), other]
    expect(told.check(sampleRun(all)).word).toBe('valid')
  })

  test('that are none, or cannot be read, show nothing', () => {
    expect(told.check(sampleRun()).word).toBe('unknown')
    expect(told.check(sampleRun([closed(1, 'gone')])).word).toBe('unknown')
  })
})
