import { expect, test } from 'vitest'
import { seeded } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
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
  [
    'of a request that was over before the first fault',
    [
      ...operation({ op: 9, key: 'k9', outcome: ok(9), atMs: 1_000, tookMs: 700 }),
      ...[wire('request', 1_010, { ...extra, key: 'k9' }), wire('response', 1_700, extra)],
    ],
    'valid',
  ],
  [
    'of a request that was in flight when the first fault struck',
    [
      ...operation({ op: 9, key: 'k9', outcome: ok(9), atMs: 4_500, tookMs: 700 }),
      ...[wire('request', 4_510, { ...extra, key: 'k9' }), wire('response', 5_200, extra)],
    ],
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

test('its lies spare whoever would be late only after the end of traffic', () => {
  const last = [
    ...operation({ op: 9, key: 'k9', outcome: ok(9), atMs: 19_800, tookMs: 20 }),
    ...[wire('request', 19_805, { ...extra, key: 'k9' }), wire('response', 19_815, extra)],
  ]
  const tell = (journal: Journal) =>
    check.lies.map(({ tell }) => tell(journal, seeded(1)) !== undefined)
  expect([tell(sampleRun(last)), tell(sampleRun(pressed))]).toEqual([
    [false, false],
    [true, true],
  ])
})
