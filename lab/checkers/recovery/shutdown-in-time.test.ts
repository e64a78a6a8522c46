import { describe, expect, test } from 'vitest'
import type { Told } from '../shared/journal-of.ts'
import { sampleRun } from '../testing/sample-run.ts'
import { shutdownInTime } from './shutdown-in-time.ts'

const inTime = shutdownInTime({ from: 'cut', within: '5s' })
const is = (
  step: 'spawned' | 'exited',
  atMs: number,
  more: { code?: number; signal?: string } = {},
): Told => {
  return { kind: 'process', process: 'api-1', step, asked: true, pid: 1, atMs, ...more }
}

describe('a shutdown', () => {
  test('in time and by itself is valid', () => {
    const finding = inTime.check(sampleRun([is('spawned', 1), is('exited', 5_990, { code: 0 })]))
    expect(finding).toMatchObject({ word: 'valid', figures: { stops: 1, longestMs: 2_000 } })
  })

  test.each([
    ['tooLate', [is('exited', 8_991, { code: 0 })]],
    ['killed', [is('exited', 5_000, { signal: 'SIGKILL' })]],
    ['failed', [is('exited', 5_000, { code: 1 })]],
    ['neverEnded', []],
    ['neverEnded', [is('spawned', 6_000), is('exited', 7_000, { code: 0 })]],
  ])('is found to be %s', (kind, told) => {
    expect(inTime.check(sampleRun([is('spawned', 1), ...told]))).toMatchObject({
      word: 'invalid',
      figures: { [kind]: 1 },
    })
  })

  test('of a process of which nothing is known, or that nobody asked for, shows nothing', () => {
    expect(inTime.check(sampleRun()).word).toBe('unknown')
    expect(
      shutdownInTime({ from: 'x', within: '5s' }).check(sampleRun([is('exited', 5)])).word,
    ).toBe('unknown')
  })
})
