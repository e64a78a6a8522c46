import { expect, test } from 'vitest'
import { startOrder } from './start-order.ts'

test('a service starts after those that it reads of', () => {
  const reads = new Map([
    ['web', ['api', 'redis']],
    ['api', ['postgres', 'users']],
    ['users', ['postgres']],
  ])
  expect(startOrder(reads)).toEqual(['users', 'api', 'web'])
})

test('in a ring everyone starts once', () => {
  const reads = new Map([
    ['a', ['b', 'c']],
    ['b', []],
    ['c', ['a']],
    ['d', ['d']],
  ])
  expect(startOrder(reads)).toEqual(['b', 'c', 'a', 'd'])
})
