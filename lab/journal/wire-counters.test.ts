import { expect, test } from 'vitest'
import { messagesOf, totalOf } from './wire-counters.ts'

const counts = {
  connects: 2,
  bytesUp: 100,
  'request:COMMIT': 3,
  'request:SET key:a': 4,
  'error:READONLY': 1,
}

test('tells messages of one role by their kind, whatever is in its name', () => {
  expect(messagesOf(counts, 'request')).toEqual({ COMMIT: 3, 'SET key:a': 4 })
  expect(messagesOf(counts, 'error')).toEqual({ READONLY: 1 })
  expect(messagesOf(counts, 'response')).toEqual({})
})

test('adds them up', () => {
  expect(totalOf(messagesOf(counts, 'request'))).toBe(7)
  expect(totalOf({})).toBe(0)
})
