import { expect, test } from 'vitest'
import { ok, operation, refused, sampleRun, wire } from '../testing/sample-run.ts'
import { noLateWork } from './no-late-work.ts'

const check = noLateWork({ name: 'w' }, { deadlineMs: 500, slackMs: 100 })
/** Five that are refused when their time is over, as their statement is. */
const pressed = [1, 2, 3, 4, 5].flatMap(op => {
  const atMs = 5_000 + 1_000 * op
  const on = { key: `k${op}`, connection: op }
  return [
    ...operation({ op, key: `k${op}`, outcome: refused, atMs, tookMs: 480 }),
    wire('request', atMs + 10, on),
    wire('response', atMs + 500, on),
  ]
})
const extra = { key: 'k1', connection: 99 }

test.each([
  ['that ends with its caller', [], 'valid'],
  ['that is sent after its caller has gone', [wire('request', 6_601, extra)], 'invalid'],
  ['that is sent just in time', [wire('request', 6_599, extra)], 'valid'],
  [
    'that is answered after its caller has gone',
    [wire('request', 6_100, extra), wire('response', 6_601, extra)],
    'invalid',
  ],
  [
    'that is given up in time',
    [wire('request', 6_100, extra), wire('close', 6_590, extra)],
    'valid',
  ],
  [
    'that is given up too late',
    [wire('request', 6_100, extra), wire('close', 6_601, extra)],
    'invalid',
  ],
  ['of somebody else', [wire('request', 9_999, { key: 'other', connection: 99 })], 'valid'],
])('work %s', (_, more, word) => {
  expect(check.check(sampleRun(pressed, more)).word).toBe(word)
})

test('the start of a session, which has no answer of its own, takes nobody else’s', () => {
  const one = { message: 'SELECT', connection: 99 }
  const session = [
    wire('request', 6_000, { message: 'STARTUP', connection: 99 }),
    ...[wire('request', 6_100, { ...one, key: 'k1' }), wire('response', 6_110, one)],
    ...[wire('request', 9_000, { ...one, key: 'k4' }), wire('response', 9_010, one)],
  ]
  expect(check.check(sampleRun(pressed, session)).word).toBe('valid')
})

test('where nobody is pressed for time nothing can be said', () => {
  const quick = [1, 2, 3, 4, 5].flatMap(op => [
    ...operation({ op, key: `k${op}`, outcome: ok(op), atMs: 5_000 + op, tookMs: 5 }),
    wire('request', 5_001 + op, { key: `k${op}` }),
  ])
  expect(check.check(sampleRun(quick)).word).toBe('unknown')
})
