import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Berths, mostSideBySide } from './berths.ts'

/** Runs all at once; what was running at each start is kept. */
async function together(most: number, asks: readonly ['beside' | 'alone', string][]) {
  const berths = new Berths(most)
  const running = new Set<string>()
  const seen: string[] = []
  await Promise.all(
    asks.map(([how, name]) =>
      berths[how](async () => {
        running.add(name)
        seen.push([...running].join('+'))
        await sleep(5)
        running.delete(name)
      }),
    ),
  )
  return seen
}

test('runs go side by side up to the limit, and alone means alone', async () => {
  const seen = await together(2, [
    ['beside', 'a'],
    ['beside', 'b'],
    ['beside', 'c'],
    ['alone', 'x'],
    ['beside', 'd'],
    ['beside', 'e'],
  ])
  expect(seen.slice(0, 2)).toEqual(['a', 'a+b'])
  expect(seen).toContain('x')
  expect(seen.at(-1)).toBe('d+e')
  expect(seen.every(each => each.split('+').length <= 2)).toBe(true)
})

test('a run that fails gives its place back', async () => {
  const berths = new Berths(1)
  await expect(berths.beside(async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await berths.alone(async () => 'after')).toBe('after')
})

test('there is always room for one', () => {
  expect(mostSideBySide()).toBeGreaterThanOrEqual(1)
})
