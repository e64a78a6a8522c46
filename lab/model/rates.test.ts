import { expect, test } from 'vitest'
import { isClosedLoop, plannedBy, ratesOf } from './rates.ts'

test('a constant rate is one point, and a closed loop has the rate 0', () => {
  expect(ratesOf({ perSecond: 40 })).toEqual([{ fromMs: 0, perSecond: 40 }])
  expect(ratesOf({ perSecond: { thinkTime: '1s' } })).toEqual([{ fromMs: 0, perSecond: 0 }])
  expect(isClosedLoop({ thinkTime: '1s' })).toBe(true)
  expect(isClosedLoop(40)).toBe(false)
  expect(isClosedLoop([{ for: '1s', perSecond: 1 }])).toBe(false)
})

const course = ratesOf({
  perSecond: [
    { for: '2s', perSecond: 10 },
    { for: '4s', perSecond: 30 },
    { for: '0ms', perSecond: 100 },
  ],
})

test('a course begins with its first rate, and each stage ends in its own', () => {
  expect(course).toEqual([
    { fromMs: 0, perSecond: 10 },
    { fromMs: 2_000, perSecond: 10 },
    { fromMs: 6_000, perSecond: 30 },
    { fromMs: 6_000, perSecond: 100 },
  ])
  expect(ratesOf({ perSecond: [] })).toEqual([{ fromMs: 0, perSecond: 0 }])
})

test.each([
  ['before it begins', -5, 0],
  ['at its beginning', 0, 0],
  ['within its level stage', 1_000, 10],
  ['at the end of it', 2_000, 20],
  ['halfway up the ramp', 4_000, 20 + 30],
  ['at the top of the ramp', 6_000, 20 + 80],
  ['after the jump', 6_500, 20 + 80 + 50],
  ['long after the last stage', 16_000, 20 + 80 + 1_000],
])('the operations planned %s', (_, ms, planned) => {
  expect(plannedBy(course, ms)).toBeCloseTo(planned, 9)
})

test('a ramp down plans what lies under it', () => {
  const down = ratesOf({
    perSecond: [
      { for: '0ms', perSecond: 20 },
      { for: '2s', perSecond: 0 },
    ],
  })
  expect(plannedBy(down, 1_000)).toBeCloseTo(15, 9)
  expect(plannedBy(down, 9_000)).toBeCloseTo(20, 9)
})
