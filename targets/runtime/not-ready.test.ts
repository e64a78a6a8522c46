import { expect, test } from 'vitest'
import { notReady } from './not-ready.ts'

const server = { name: 'api-1', host: '127.0.0.1', port: 4321, logFile: '/nowhere/api-1.log' }
const reason = new Error('connect ECONNREFUSED 127.0.0.1:4321')

test('one that runs and is refused listens elsewhere', () => {
  const { message } = notReady({ ...server, waitedMs: 30_000, reason })
  expect(message).toMatch(/no answer in 30000 ms .*ends with\n +\(nothing\)/)
  expect(message).toMatch(/Next +it runs, and nobody listens on 4321: .*see \/nowhere/)
})

test('one that has ended, or answers wrongly, does not', () => {
  expect(notReady({ ...server, waitedMs: undefined, reason }).message).toMatch(
    /it ended .*Next +see/s,
  )
  const wrong = new Error('GET /health was answered with 500')
  expect(notReady({ ...server, waitedMs: 30_000, reason: wrong }).message).toMatch(/Next +see/)
})
