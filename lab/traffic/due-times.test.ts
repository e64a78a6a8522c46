import { expect, test } from 'vitest'
import { seeded } from '../base/random.ts'
import { plannedBy, ratesOf } from '../model/rates.ts'
import type { Stage } from '../model/workload.ts'
import { dueTimes } from './due-times.ts'

const courses: Readonly<Record<string, readonly Stage[]>> = {
  constant: [{ for: '1s', perSecond: 50 }],
  steps: [
    { for: '2s', perSecond: 20 },
    { for: '0ms', perSecond: 200 },
    { for: '2s', perSecond: 200 },
    { for: '0ms', perSecond: 10 },
    { for: '1s', perSecond: 10 },
  ],
  ramp: [
    { for: '0ms', perSecond: 0 },
    { for: '4s', perSecond: 300 },
    { for: '4s', perSecond: 30 },
  ],
  burst: [
    { for: '1s', perSecond: 5 },
    { for: '0ms', perSecond: 1_000 },
    { for: '300ms', perSecond: 1_000 },
    { for: '0ms', perSecond: 5 },
  ],
  'a pause': [
    { for: '1s', perSecond: 40 },
    { for: '0ms', perSecond: 0 },
    { for: '2s', perSecond: 0 },
    { for: '0ms', perSecond: 40 },
  ],
}

const rows = Object.entries(courses)

test.each(rows)(
  '%s: operation i is due between the plan having made i and i + 1',
  (_, perSecond) => {
    const rates = ratesOf({ perSecond })
    const times = dueTimes(rates, seeded(7)).take(600).toArray()
    expect(times).toHaveLength(600)
    for (const [op, ms] of times.entries()) {
      expect(plannedBy(rates, ms)).toBeGreaterThanOrEqual(op - 1e-6)
      expect(plannedBy(rates, ms)).toBeLessThanOrEqual(op + 1 + 1e-6)
    }
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  },
)

test.each(rows)('%s: the same seed gives the same times, another seed others', (_, perSecond) => {
  const of = (seed: number) => dueTimes(ratesOf({ perSecond }), seeded(seed)).take(100).toArray()
  expect(of(1)).toEqual(of(1))
  expect(of(1)).not.toEqual(of(2))
})

test('ends where the rate stays 0', () => {
  const perSecond: readonly Stage[] = [
    { for: '1s', perSecond: 10 },
    { for: '0ms', perSecond: 0 },
  ]
  const times = dueTimes(ratesOf({ perSecond }), seeded(1)).toArray()
  expect(times.length).toBeGreaterThanOrEqual(9)
  expect(times.length).toBeLessThanOrEqual(10)
  expect(times.every(ms => ms <= 1_000)).toBe(true)
})
