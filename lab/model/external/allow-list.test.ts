import { expect, test } from 'vitest'
import { demandAllowed, isListed } from './allow-list.ts'

const lists = {
  file: 'lab.config.ts',
  mayHurt: ['redis-*', 'api>*'],
  mayLose: [],
  mayLoseAll: false,
}
const lasting = { label: 'latency', kind: 'lasting' } as const
const destructive = { label: 'flushAll', kind: 'destructive' } as const

test('a star stands for letters of one name, and for nothing that a pattern could mean', () => {
  expect(isListed(['redis-*'], 'redis-1')).toBe(true)
  expect(isListed(['redis-*'], 'api>redis-1')).toBe(false)
  expect(isListed(['*'], 'api>redis-1')).toBe(false)
  expect(isListed(['*>*'], 'api>redis-1')).toBe(true)
  expect(isListed(['redis.1'], 'redis-1')).toBe(false)
})

test('each that is touched must be on the list', () => {
  demandAllowed(lists, lasting, ['redis-1', 'api>redis-1'])
  expect(() => demandAllowed(lists, lasting, ['redis-1', 'postgres'])).toThrow(
    'postgres, and a list',
  )
  expect(() => demandAllowed(lists, lasting, [])).toThrow('for latency to touch')
})

test('what cannot be undone is asked for, by part or for all', () => {
  expect(() => demandAllowed(lists, destructive, ['redis-1'])).toThrow('cannot be undone')
  demandAllowed({ ...lists, mayLose: ['redis-1'] }, destructive, ['redis-1'])
  expect(() =>
    demandAllowed({ ...lists, mayLose: ['redis-1'] }, destructive, ['redis-1', 'redis-2']),
  ).toThrow('redis-2 not on external.mayLose')
  demandAllowed({ ...lists, mayLoseAll: true }, destructive, ['redis-1'])
  expect(() => demandAllowed({ ...lists, mayLoseAll: true }, destructive, ['postgres'])).toThrow(
    'external.mayHurt',
  )
})
