import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const folder = join(import.meta.dirname, '../../docs/decisions')

test('every decision has a number of its own, in its name and in its first line', async () => {
  const names = (await readdir(folder)).filter(name => name !== 'README.md')
  const numbers = names.map(name => name.slice(0, 3))
  expect(names.length).toBeGreaterThan(50)
  expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([])
  for (const name of names) {
    const [first = ''] = (await readFile(join(folder, name), 'utf8')).split('\n')
    expect(first, name).toMatch(new RegExp(`^# ${name.slice(0, 3)}:? \\S`))
  }
})
