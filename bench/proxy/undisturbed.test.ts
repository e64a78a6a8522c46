import { expect, test } from 'vitest'
import { MOST_STOLEN, MOST_TRIES, undisturbed } from './undisturbed.ts'

/** Plays turns that find their own number, on a host that takes these shares, one a turn. */
function played(...stolen: readonly number[]) {
  let turn = 0
  return undisturbed(
    async () => ++turn,
    () => () => stolen[turn - 1] ?? 1,
  )
}

test('an undisturbed turn is played once', async () => {
  expect(await played(MOST_STOLEN)).toEqual({ found: 1, stolen: MOST_STOLEN, tries: 1 })
})

test('a disturbed turn is played again until one is not', async () => {
  expect(await played(0.2, 0.1, 0)).toEqual({ found: 3, stolen: 0, tries: 3 })
})

test('where none is undisturbed, the least disturbed is kept and says so', async () => {
  const turn = await played(0.3, 0.02, 0.4, 0.5, 0.6)
  expect(turn).toEqual({ found: 2, stolen: 0.02, tries: MOST_TRIES })
})

test('what the host takes is a share', async () => {
  const { stolen } = await undisturbed(async () => {})
  expect(stolen).toBeGreaterThanOrEqual(0)
  expect(stolen).toBeLessThanOrEqual(1)
})
