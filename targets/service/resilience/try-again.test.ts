import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tryAgain } from './try-again.ts'

const backOff = { baseMs: 1, capMs: 2, isWorthIt: () => true }

/** Fails so often, then succeeds. */
function failing(times: number) {
  let attempts = 0
  const work = async () => {
    attempts++
    if (attempts <= times) throw new Error(`attempt ${attempts}`)
    return 'done'
  }
  return { work, attempts: () => attempts }
}

test('is the result of the first attempt that succeeds', async () => {
  const { work, attempts } = failing(3)
  expect(await tryAgain(work, backOff)).toBe('done')
  expect(attempts()).toBe(4)
})

test('throws what the last of so many attempts threw', async () => {
  const { work, attempts } = failing(9)
  await expect(tryAgain(work, { ...backOff, most: 3 })).rejects.toThrow('attempt 3')
  expect(attempts()).toBe(3)
})

test('begins no further attempt after so long, nor for what is not worth it', async () => {
  const late = failing(9)
  await expect(tryAgain(late.work, { ...backOff, forMs: 0 })).rejects.toThrow('attempt 1')
  const hopeless = failing(9)
  const again = { ...backOff, isWorthIt: () => false }
  await expect(tryAgain(hopeless.work, again)).rejects.toThrow('attempt 1')
})

test('ends with the reason of a signal, also in the middle of a pause', async () => {
  const stopped = new AbortController()
  const { work, attempts } = failing(9)
  const long = { ...backOff, baseMs: 60_000, capMs: 60_000, stop: () => stopped.signal }
  const ended = expect(tryAgain(work, long)).rejects.toThrow('time is up')
  stopped.abort(new Error('time is up'))
  await ended
  expect(attempts()).toBe(1)
})

test('attempts are repeated here and nowhere else in the service', () => {
  const root = join(import.meta.dirname, '..')
  const files = globSync('**/!(*.test).ts', { cwd: root })
  const having = (pattern: RegExp) =>
    files.filter(file => pattern.test(readFileSync(join(root, file), 'utf8')))
  expect(having(/from 'p-retry'/)).toEqual(['resilience/try-again.ts'])
  expect(having(/for \(.*attempt/)).toEqual([])
})
