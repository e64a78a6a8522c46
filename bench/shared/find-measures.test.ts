import { expect, test } from 'vitest'
import { findMeasures } from './find-measures.ts'

const folder = new URL('../proxy/measures/', import.meta.url)

test('all measures are found, or those that are named', async () => {
  const names = (await findMeasures(folder)).map(({ name }) => name)
  expect(names).toContain('bulk')
  expect(names.length).toBeGreaterThan(2)
  expect(await findMeasures(folder, ['idle', 'bulk'])).toHaveLength(2)
})

test('a name that is none is refused with those there are', async () => {
  await expect(findMeasures(folder, ['bulk', 'bullk'])).rejects.toThrow(/expected .*bulk.*bullk/)
})
