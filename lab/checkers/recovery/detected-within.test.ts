import { describe, expect, test } from 'vitest'
import type { Told } from '../shared/journal-of.ts'
import { sampleRun } from '../testing/sample-run.ts'
import { detectedWithin } from './detected-within.ts'

const sign = ({ event }: { readonly event: string }) => event === 'alert'
const detected = detectedWithin({ from: 'cut', within: '2s', sign })
const says = (event: string, atMs: number, instance = 'api-1'): Told => {
  return { kind: 'service', instance, event, detail: null, atMs }
}

describe('detection', () => {
  test('in time is valid, and measured', () => {
    expect(detected.check(sampleRun([says('alert', 5_500)]))).toMatchObject({
      word: 'valid',
      figures: { detectMs: 1_500 },
    })
  })

  test.each([
    ['too late', [says('alert', 6_001)], 'tooLate'],
    ['never', [says('other', 5_000)], 'unnoticed'],
    ['too early, which is a false alarm', [says('alert', 100), says('alert', 5_000)], 'falseAlarm'],
  ])('that comes %s is invalid', (_, told, kind) => {
    expect(detected.check(sampleRun(told))).toMatchObject({
      word: 'invalid',
      figures: { [kind]: 1 },
    })
  })

  test('by one instance does not do for another', () => {
    const both = detectedWithin({ from: 'cut', within: '2s', sign, instances: ['api-1', 'api-2'] })
    expect(both.check(sampleRun([says('alert', 5_000)]))).toMatchObject({ word: 'invalid' })
    expect(both.check(sampleRun([says('alert', 5_000), says('alert', 5_100, 'api-2')])).word).toBe(
      'valid',
    )
  })

  test('is unknown where the service said nothing at all, or the strike was not made', () => {
    expect(detected.check(sampleRun()).word).toBe('unknown')
    expect(detected.check([]).word).toBe('unknown')
  })
})
