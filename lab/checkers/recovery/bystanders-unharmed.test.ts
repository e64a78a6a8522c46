import { describe, expect, test } from 'vitest'
import { ok, operations, refused, sampleRun } from '../testing/sample-run.ts'
import { bystandersUnharmed } from './bystanders-unharmed.ts'

const during = (ms: number) => ms >= 4_000 && ms < 10_000
const bystanders = bystandersUnharmed({ name: 'w' }, { moreErrors: 0.05 })

describe('bystanders', () => {
  test('as well as in their own calm are unharmed, also when that was never perfect', () => {
    const always = sampleRun(operations(op => ({ outcome: op % 10 ? ok(1) : refused })))
    expect(bystanders.check(always)).toMatchObject({ word: 'valid', figures: { failed: 6 } })
  })

  test('with more errors meanwhile are harmed', () => {
    const harmed = sampleRun(
      operations((op, ms) => ({ outcome: during(ms) && op % 10 === 0 ? refused : ok(1) })),
    )
    expect(bystanders.check(harmed)).toMatchObject({ word: 'invalid', figures: { moreErrors: 1 } })
  })

  test('with a slower p99 meanwhile are harmed', () => {
    const slow = sampleRun(operations((_, ms) => ({ tookMs: during(ms) ? 80 : 5 })))
    expect(bystanders.check(slow)).toMatchObject({
      word: 'invalid',
      figures: { slower: 1, p99Ms: 80, p99AtMostMs: 55 },
    })
    const little = sampleRun(operations((_, ms) => ({ tookMs: during(ms) ? 54 : 5 })))
    expect(bystanders.check(little).word).toBe('valid')
  })

  test('of whom too few were seen show nothing', () => {
    expect(bystanders.check(sampleRun()).word).toBe('unknown')
    const late = sampleRun(operations(op => ({ atMs: 4_000 + op * 20 })))
    expect(bystanders.check(late).word).toBe('unknown')
  })
})
