import { expect, test } from 'vitest'
import { remembered } from './remembered.ts'

test('computes once for the same arguments, and again for others, also where the answer is none', () => {
  const asked: string[] = []
  const compute = remembered((one: { name: string }, other: { name: string }) => {
    asked.push(one.name + other.name)
    return one.name === 'a' ? undefined : one.name
  })
  const [a, b] = [{ name: 'a' }, { name: 'b' }]
  expect([compute(a, b), compute(a, b), compute(b, a), compute(b, a)]).toEqual([
    undefined,
    undefined,
    'b',
    'b',
  ])
  compute(b, b)
  compute({ name: 'b' }, a)
  expect(asked).toEqual(['ab', 'ba', 'bb', 'ba'])
})

test('what throws is asked again', () => {
  let asked = 0
  const compute = remembered((_: object) => {
    asked++
    throw new Error('no')
  })
  const one = {}
  for (let n = 0; n < 2; n++) expect(() => compute(one)).toThrow('no')
  expect(asked).toBe(2)
})
