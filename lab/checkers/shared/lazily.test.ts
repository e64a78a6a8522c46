import { expect, test } from 'vitest'
import { lazily } from './lazily.ts'

test('is made once, when it is looked into, and is then a list like any other', () => {
  let made = 0
  const list = lazily(() => {
    made++
    return [3, 1, 2]
  })
  expect(made).toBe(0)
  expect(list.toSorted()).toEqual([1, 2, 3])
  expect(list).toEqual([3, 1, 2])
  expect([...list, list.length, list[1], list.at(-1)]).toEqual([3, 1, 2, 3, 1, 2])
  expect(list.map((each, place) => each * place)).toEqual([0, 1, 4])
  expect(JSON.stringify(list)).toBe('[3,1,2]')
  expect(Object.keys(list)).toEqual(['0', '1', '2'])
  expect(1 in list && !(3 in list) && Array.isArray(list)).toBe(true)
  expect([0].concat(list)).toEqual([0, 3, 1, 2])
  expect(made).toBe(1)
})
