import { expect, test } from 'vitest'
import { isShortOfTime } from './short-of-time.ts'

const slow = { word: 'inconclusive', text: 'late', machine: true } as const
const open = { word: 'inconclusive', text: 'nothing landed' } as const

test('a run may be made again when all that is wrong is a machine short of time', () => {
  expect(isShortOfTime({ reasons: [slow, slow] })).toBe(true)
})

test('a run with any other reason, or with none, may not', () => {
  expect(isShortOfTime({ reasons: [slow, open] })).toBe(false)
  expect(isShortOfTime({ reasons: [slow, { word: 'broken', text: 'lost' }] })).toBe(false)
  expect(isShortOfTime({ reasons: [] })).toBe(false)
})
