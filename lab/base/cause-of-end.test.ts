import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { causeOfEnd } from './cause-of-end.ts'

/** What a real Node writes when this ends it. */
function logOf(code: string, ...flags: readonly string[]): string {
  const { stderr, status } = spawnSync(process.execPath, [...flags, '-e', code], {
    encoding: 'utf8',
  })
  expect(status).not.toBe(0)
  return stderr
}

test.each([
  [
    `new (require('node:events'))().emit('error', new Error('read ECONNRESET'))`,
    "an 'error' event that nobody listened to: Error: read ECONNRESET",
  ],
  [`throw new TypeError('no such thing')`, 'an error that nobody caught: TypeError: no such thing'],
  [`Promise.reject('a word')`, /^a promise that was rejected and that nobody caught: .*a word/],
  [
    `require('node:net').createServer().listen(process.env.TAKEN)`,
    /^its port was taken: Error: listen EADDRINUSE/,
  ],
])('Node says of %s what it is', (code, words) => {
  const server = code.includes('TAKEN')
    ? `const s = require('node:net').createServer().listen(0, () => { process.env.TAKEN = s.address().port; ${code} })`
    : code
  const said = causeOfEnd(logOf(server))?.words
  if (typeof words === 'string') expect(said).toBe(words)
  else expect(said).toMatch(words)
})

test.each([
  [
    'Traceback (most recent call last):\n  File "app.py", line 3\nKeyError: 7\npsycopg.OperationalError: gone',
    'an error that nobody caught: psycopg.OperationalError: gone',
  ],
  [
    'panic: runtime error: index out of range\n\ngoroutine 1 [running]:',
    'a panic: panic: runtime error: index out of range',
  ],
  [
    'Exception in thread "main" java.lang.IllegalStateException: no',
    'an error that nobody caught: java.lang.IllegalStateException: no',
  ],
  [
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    /^its memory was full: FATAL ERROR/,
  ],
])('%j', (log, words) => {
  expect(causeOfEnd(log)?.words).toMatch(words)
})

test('of two ends in one log the last is told, with its lines', () => {
  const first = logOf(`throw new Error('the first')`)
  const both = `${first}\nlistening\n${logOf(`throw new RangeError('the second')`)}`
  const found = causeOfEnd(both)
  expect(found?.words).toBe('an error that nobody caught: RangeError: the second')
  expect(found?.lines[0]).toBe('RangeError: the second')
  expect(found?.lines.join('\n')).not.toContain('the first')
})

test.each(['', 'listening\nGET / 200', 'out of luck'])('%j tells no cause', log => {
  expect(causeOfEnd(log)).toBeUndefined()
})
