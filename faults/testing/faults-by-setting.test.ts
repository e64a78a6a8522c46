import { expect, test } from 'vitest'
import { faultsBySetting } from './faults-by-setting.ts'

test('tells what each setting refuses, and only that', async () => {
  const rows = new Map(
    (await faultsBySetting()).split('\n').map(row => {
      const [, name = '', ...cells] = row.split('|').map(cell => cell.trim())
      return [name, cells.slice(2, 6)]
    }),
  )
  expect(rows.size).toBeGreaterThan(60)
  expect(rows.get('`latency`')).toEqual(['yes', 'yes', 'yes', 'yes'])
  expect(rows.get('`halfOpen`')).toEqual(['yes', 'no', 'yes', 'no'])
  expect(rows.get('`diskFull`')).toEqual(['yes', 'yes', 'no', 'no'])
  expect(rows.get('`pause`')).toEqual(['yes', 'yes', 'yes', 'yes'])
})
