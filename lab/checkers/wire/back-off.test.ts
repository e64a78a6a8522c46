import { describe, expect, test } from 'vitest'
import { sampleRun, wire } from '../testing/sample-run.ts'
import { backOff } from './back-off.ts'

const spaced = backOff({ first: '100ms', jitter: 0.5, cap: '1s', slack: '50ms' })

/** Refused attempts with these waits between them. */
function run(...waits: readonly number[]) {
  let atMs = 4_100
  const refused = waits.map(wait => {
    atMs += wait
    return wire('refused', atMs)
  })
  return sampleRun([wire('refused', 4_100), ...refused])
}

describe('back-off', () => {
  test('that grows to its cap and is jittered is valid', () => {
    expect(spaced.check(run(90, 250, 330, 900, 1_200, 700))).toMatchObject({
      word: 'valid',
      figures: { waits: 6 },
    })
  })

  test('that is missing, that does not grow, or that waits too long is invalid', () => {
    expect(spaced.check(run(0, 0, 0, 0))).toMatchObject({
      word: 'invalid',
      figures: { tooShort: 4 },
    })
    expect(spaced.check(run(100, 99, 110, 105))).toMatchObject({ figures: { tooShort: 3 } })
    expect(spaced.check(run(100, 351, 400))).toMatchObject({
      word: 'invalid',
      figures: { tooLong: 1 },
    })
  })

  test('without jitter is invalid', () => {
    expect(spaced.check(run(100, 200, 400, 800))).toMatchObject({
      word: 'invalid',
      figures: { notJittered: 1 },
    })
    const stiff = backOff({ first: '100ms', jitter: 0 })
    expect(stiff.check(run(100, 200, 400, 800)).word).toBe('valid')
  })

  test('begins anew after a success', () => {
    const journal = sampleRun([
      ...[wire('refused', 4_100), wire('refused', 4_190), wire('connect', 4_430)],
      ...[9_000, 9_120].map(atMs => wire('refused', atMs, { connection: 2 })),
      wire('connect', 9_330, { connection: 3 }),
    ])
    expect(spaced.check(journal)).toMatchObject({ word: 'valid', figures: { waits: 4 } })
  })

  test('is not begun anew by a connect that is refused behind the proxy', () => {
    const attempt = (atMs: number, connection: number) => [
      wire('connect', atMs, { connection }),
      wire('refused', atMs + 2, { connection }),
    ]
    const attempts = [4_100, 4_190, 4_440, 4_770].flatMap(attempt)
    const journal = sampleRun([...attempts, wire('connect', 5_600, { connection: 9 })])
    expect(spaced.check(journal)).toMatchObject({ word: 'valid', figures: { waits: 4 } })
  })

  test('of attempts that carry an id is judged by the id', () => {
    const attempts = ({ what, key }: { what: string; key?: string }) =>
      what === 'request' ? key : undefined
    const tries = backOff({ first: '100ms', attempts, ends: () => undefined })
    const both = ['a', 'b'].flatMap((key, n) =>
      [5_000, 5_120, 5_300, 5_800].map(ms => wire('request', ms + n, { key })),
    )
    expect(tries.check(sampleRun(both))).toMatchObject({ word: 'valid', figures: { series: 2 } })
  })

  test('of which too little was seen shows nothing', () => {
    expect(spaced.check(run(100)).word).toBe('unknown')
  })
})
