import { describe, expect, test } from 'vitest'
import { sampleRun, wire } from '../testing/sample-run.ts'
import { neverRetried } from './never-retried.ts'
import { retryAfterObeyed } from './retry-after-obeyed.ts'

describe('what was refused for good', () => {
  const never = neverRetried()
  const first = [
    wire('request', 5_000, { key: 'pay:k1' }),
    wire('response', 5_010, { error: '401' }),
  ]

  test('and not sent again is valid', () => {
    const other = wire('request', 5_500, { key: 'k2' })
    expect(never.check(sampleRun([...first, other]))).toMatchObject({ word: 'valid' })
  })

  test('and sent again, on another connection and much later, is found', () => {
    const again = wire('request', 15_000, { key: 'k1', connection: 2 })
    expect(never.check(sampleRun([...first, again]))).toMatchObject({
      word: 'invalid',
      figures: { retried: 1 },
    })
  })

  test('is not what may be tried again', () => {
    const busy = [wire('request', 5_000, { key: 'k1' }), wire('response', 5_010, { error: '429' })]
    expect(never.check(sampleRun([...busy, wire('request', 6_000, { key: 'k1' })])).word).toBe(
      'unknown',
    )
  })

  test('is told by the order on its connection', () => {
    const pipelined = [
      ...[wire('request', 5_000, { key: 'k1' }), wire('request', 5_001, { key: 'k2' })],
      ...[wire('response', 5_010), wire('response', 5_011, { error: '404' })],
      wire('request', 6_000, { key: 'k1' }),
    ]
    expect(never.check(sampleRun(pipelined)).word).toBe('valid')
    expect(never.check(sampleRun([...pipelined, wire('request', 6_001, { key: 'k2' })])).word).toBe(
      'invalid',
    )
  })

  test('without an id leaves it open', () => {
    const nameless = [wire('request', 7_000), wire('response', 7_010, { error: '401' })]
    expect(never.check(sampleRun([...first, ...nameless])).word).toBe('unknown')
  })
})

describe('who asks to be left alone', () => {
  const obeyed = retryAfterObeyed({ links: () => true })
  const asks = [
    wire('request', 5_000),
    wire('response', 5_010, { error: '429', detail: 'retry-after: 2' }),
  ]

  test('and is, and is called again after it, is obeyed', () => {
    expect(obeyed.check(sampleRun([...asks, wire('request', 7_010)]))).toMatchObject({
      word: 'valid',
      figures: { asked: 1, calledAgain: 1 },
    })
  })

  test('and is called before the time is over is not', () => {
    const early = sampleRun([...asks, wire('request', 7_009), wire('request', 8_000)])
    expect(obeyed.check(early)).toMatchObject({ word: 'invalid', figures: { tooEarly: 1 } })
  })

  test('and is never called again is not obeyed either', () => {
    expect(obeyed.check(sampleRun(asks))).toMatchObject({
      word: 'invalid',
      figures: { neverAgain: 1 },
    })
  })

  test('does not hold up another link, nor a request that was under way', () => {
    const more = [wire('request', 5_030), wire('request', 6_000, { link: 'api-1>other' })]
    expect(obeyed.check(sampleRun([...asks, ...more, wire('request', 7_500)])).word).toBe('valid')
  })

  test('is nobody: nothing is shown', () => {
    expect(obeyed.check(sampleRun([wire('request', 5_000)])).word).toBe('unknown')
  })
})
