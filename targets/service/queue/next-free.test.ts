import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Taking past the locks of others, counting an attempt, and hiding what was taken. */
const patterns = [/skip\s+locked|skipLocked/i, /(attempts|checks)\b\W{0,4}=.{0,20}\+ 1/]

function having(pattern: RegExp): readonly string[] {
  return globSync('**/!(*.test).ts', { cwd: root }).filter(file =>
    pattern.test(readFileSync(join(root, file), 'utf8')),
  )
}

test('rows are taken from a table in this room, and nowhere else in the service', () => {
  expect(patterns.map(having)).toEqual([['queue/next-free.ts'], ['queue/queue.ts']])
})

test.each([
  'select id from jobs limit 1\n for update\n skip  locked',
  'trx.selectFrom(jobs).forUpdate().skipLocked()',
  'update jobs set attempts = attempts + 1 where id = 7',
  '.set({ attempts: 1, checks: sql`checks = checks + 1` })',
])('control: %j is found', text => {
  expect(patterns.some(pattern => pattern.test(text))).toBe(true)
})
