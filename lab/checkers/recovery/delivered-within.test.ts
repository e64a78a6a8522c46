import { describe, expect, test } from 'vitest'
import type { Told } from '../shared/journal-of.ts'
import { ok, operations, sampleRun } from '../testing/sample-run.ts'
import { deliveredWithin } from './delivered-within.ts'

const options = { from: 'cut', within: '2s', atMost: '1s' } as const
const delivered = deliveredWithin({ name: 'w' }, options)
const observed = (what: string, value: { channel: string }, atMs: number): Told => {
  return { kind: 'observed', workload: 'w', client: 1, what, value, atMs }
}
/** A frame of each message after so long; none for undefined. */
function run(tookMs: (op: number, atMs: number) => number | undefined) {
  const channel = 'room'
  const id = (op: number) => `m${op}`
  return sampleRun(
    [observed('subscribed', { channel }, 1)],
    operations(op => ({ f: 'send', input: { id: id(op) }, outcome: ok({ id: id(op), channel }) })),
    Array.from({ length: 200 }, (_, op) => op).flatMap(op => {
      const ms = tookMs(op, op * 100)
      const frame = { channel, id: id(op), seq: op }
      return ms === undefined ? [] : [observed('frame', frame, op * 100 + ms)]
    }),
  )
}

describe('delivery', () => {
  test('that is quick again in time is valid', () => {
    const finding = delivered.check(run((_, ms) => (ms >= 4_000 && ms < 11_000 ? 5_000 : 10)))
    expect(finding).toMatchObject({ word: 'valid', figures: { due: 80, late: 0 } })
  })

  test('that stays slow, or never comes, is invalid', () => {
    expect(delivered.check(run((_, ms) => (ms >= 4_000 ? 1_001 : 10))).word).toBe('invalid')
    expect(delivered.check(run((_, ms) => (ms >= 4_000 ? undefined : 10))).word).toBe('invalid')
    expect(delivered.check(run((_, ms) => (ms >= 4_000 ? 1_000 : 10))).word).toBe('valid')
  })

  test('unaided must be quick before the heal', () => {
    const unaided = deliveredWithin({ name: 'w' }, { ...options, unaided: true })
    const healed = run((_, ms) => (ms >= 4_000 && ms < 10_000 ? 9_000 : 10))
    expect(delivered.check(healed).word).toBe('valid')
    expect(unaided.check(healed).word).toBe('invalid')
  })

  test('that nobody was due shows nothing', () => {
    expect(delivered.check(sampleRun()).word).toBe('unknown')
  })
})
