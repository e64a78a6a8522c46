import { describe, expect, test } from 'vitest'
import { toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Told } from '../shared/journal-of.ts'
import { calmRun, looks } from '../testing/sample-alerts.ts'
import { sampleRun } from '../testing/sample-run.ts'
import { alertFires } from './alert-fires.ts'

const fires = alertFires({ name: 'Down', within: '2s', resolvesWithin: '3s' })
const word = (journal: Journal) => fires.check(journal).word

describe('an alert', () => {
  test('that fires and resolves in time is valid, and measured', () => {
    expect(fires.check(sampleRun(looks([5_500, 12_000])))).toMatchObject({
      word: 'valid',
      figures: { firedMs: 1_500, resolvedMs: 2_000 },
    })
  })

  test('may be resolved before the fault is healed, and come back while it lasts', () => {
    expect(word(sampleRun(looks([5_000, 6_000], [8_000, 9_000])))).toBe('valid')
  })

  test.each([
    ['after its bound', [[6_501, 12_000]], 'tooLate'],
    ['never', [], 'silent'],
    [
      'before the fault',
      [
        [1_000, 1_200],
        [5_000, 12_000],
      ],
      'falseAlarm',
    ],
    ['for too long', [[5_000, 13_800]], 'unresolved'],
    [
      'again when it was resolved',
      [
        [5_000, 11_000],
        [15_000, 15_400],
      ],
      'unresolved',
    ],
  ] as const)('that fires %s is invalid, with a witness', (_, stretches, kind) => {
    const found = fires.check(sampleRun(looks(...stretches)))
    expect(found).toMatchObject({ word: 'invalid' })
    expect(found.figures).toHaveProperty(kind)
  })

  test('of another name, or one that is only pending, does not do', () => {
    const others = looks([5_000, 12_000]).map((told): Told => {
      if (told.kind !== 'alerts') return told
      const active = told.active.flatMap(one => [
        { ...one, name: 'Other' },
        { ...one, state: 'pending' as const },
      ])
      return { ...told, active }
    })
    expect(fires.check(sampleRun(others))).toMatchObject({
      word: 'invalid',
      figures: { silent: 1 },
    })
  })

  test('is unknown where nobody looked: at all, before it, meanwhile, or for long enough', () => {
    const all = looks([5_500, 12_000])
    const but = (from: number, to: number) =>
      word(sampleRun(all.filter(({ atMs = 0 }) => atMs < from || atMs > to)))
    expect(word(sampleRun())).toBe('unknown')
    expect(but(0, 3_990)).toBe('unknown')
    expect(but(4_100, 6_300)).toBe('unknown')
    expect(but(12_900, 20_000)).toBe('unknown')
    expect(word(sampleRun(all).filter(({ kind }) => kind !== 'fault'))).toBe('unknown')
  })

  test('must be silent in calm, where silence is the answer', () => {
    expect(word(calmRun(looks()))).toBe('valid')
    expect(fires.check(calmRun(looks([9_000, 9_400])))).toMatchObject({
      word: 'invalid',
      figures: { falseAlarm: 1 },
    })
    expect(word(calmRun([]))).toBe('unknown')
  })

  test('has the run watched until it must be resolved, and names its rule as what it misses', () => {
    expect(fires.aftermathMs).toBeGreaterThan(toMs('3s'))
    expect(fires).toMatchObject({ defence: 'alert:Down', watchesAlerts: true })
  })
})
