import { expect, test } from 'vitest'
import { seeded } from '../base/random.ts'
import { mixed } from './inputs.ts'

const kinds = [
  { weight: 3, make: (_: unknown, input: number) => ({ f: 'read', input }) },
  { weight: 1, make: (_: unknown, input: number) => ({ f: 'write', input }) },
  { weight: 0, make: (_: unknown, input: number) => ({ f: 'never', input }) },
]

test('picks kinds by weight, numbers them all, and repeats with the seed', () => {
  const made = mixed(seeded(1), kinds).take(4_000).toArray()
  const count = (f: string) => made.filter(each => each.f === f).length
  expect(count('read') / 4_000).toBeCloseTo(0.75, 1)
  expect(count('never')).toBe(0)
  expect(made.map(({ input }) => input)).toEqual(made.map((_, index) => index))
  expect(mixed(seeded(1), kinds).take(4_000).toArray()).toEqual(made)
})

test('without a kind that can be picked it says so', () => {
  expect(() => mixed(seeded(1), []).next()).toThrow('kinds of operations')
})
