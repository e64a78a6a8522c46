import { describe, expect, test } from 'vitest'
import type { Performed } from './history.ts'
import { began, journalOf, traffic } from './journal-of.ts'
import { faultWindow, isCalm, overlaps, qualityIn, strikesIn } from './strikes.ts'

const ok = () => ({ kind: 'ok', value: 1 }) as const

describe('the window of the faults', () => {
  test('is from the first strike to the last heal', () => {
    expect(faultWindow(traffic('w', ok))).toEqual({ fromMs: 2000, toMs: 6000 })
  })

  test('is the inject phase in a run without faults', () => {
    const phases = journalOf([
      { ...began(true), atMs: 0 },
      { kind: 'phase', phase: 'inject', atMs: 100 },
      { kind: 'phase', phase: 'heal', atMs: 900 },
    ])
    expect(faultWindow(phases)).toEqual({ fromMs: 100, toMs: 900 })
    expect(isCalm(phases)).toBe(true)
  })

  test('reaches to the end when nothing was healed, and is none before any fault', () => {
    const endless = traffic('w', ok).filter(
      entry => entry.kind !== 'fault' || entry.step !== 'healed',
    )
    expect(faultWindow(endless)).toEqual({ fromMs: 2000, toMs: 9999 })
    expect(faultWindow([])).toBeUndefined()
  })
})

describe('strikes', () => {
  const fault = { kind: 'fault', fault: 'cut', label: 'cut', touches: ['redis'] } as const
  const two = journalOf([
    { kind: 'phase', phase: 'inject', atMs: 0 },
    { ...fault, id: 0, strike: 'first', step: 'planned', atMs: 90 },
    { ...fault, id: 0, strike: 'first', step: 'applied', atMs: 100 },
    { ...fault, id: 1, strike: 'second', step: 'applied', atMs: 200 },
    { ...fault, id: 0, strike: 'first', step: 'landed', landed: 7, atMs: 300 },
    { ...fault, id: 0, strike: 'first', step: 'healed', atMs: 300 },
    { kind: 'note', text: 'the end', atMs: 900 },
  ])

  test('are told by their names, with what became of them', () => {
    expect(strikesIn(two)).toMatchObject([
      { name: 'first', plannedMs: 90, appliedMs: 100, healedMs: 300, landed: 7 },
      { name: 'second', appliedMs: 200, healedMs: undefined, landed: undefined },
    ])
  })

  test('of which one was never healed reach to the end of the run', () => {
    expect(faultWindow(two)).toEqual({ fromMs: 100, toMs: 900 })
    expect(faultWindow(two, 'first')).toEqual({ fromMs: 100, toMs: 300 })
    expect(faultWindow(two, 'third')).toBeUndefined()
  })

  test('whose healing failed were not healed', () => {
    const failed = two.map(entry =>
      entry.kind === 'fault' && entry.step === 'healed' ? { ...entry, error: 'gone' } : entry,
    )
    expect(faultWindow(failed, 'first')).toEqual({ fromMs: 100, toMs: 900 })
  })

  test('made again and again are one, by the name without its number', () => {
    const again = journalOf([
      { ...fault, id: 0, strike: 'kill-1', step: 'applied', atMs: 100 },
      { ...fault, id: 0, strike: 'kill-1', step: 'healed', atMs: 200 },
      { ...fault, id: 1, strike: 'kill-2', step: 'applied', atMs: 300 },
      { ...fault, id: 1, strike: 'kill-2', step: 'healed', atMs: 400 },
    ])
    expect(faultWindow(again, 'kill')).toEqual({ fromMs: 100, toMs: 400 })
    expect(faultWindow(again, 'kill-2')).toEqual({ fromMs: 300, toMs: 400 })
  })
})

describe('an operation', () => {
  const window = { fromMs: 100, toMs: 200 }
  const operation = (intendedMs: number, endMs?: number, kind: 'ok' | 'fail' = 'ok'): Performed => {
    const outcome =
      kind === 'ok' ? { kind, value: 1 } : ({ kind, ended: 'refused', error: 'no' } as const)
    return {
      ...{ op: 1, client: 0, f: 'ask', key: 'k', input: null, phase: 'inject', invokeIndex: 0 },
      ...{ intendedMs, invokedMs: intendedMs },
      answer:
        endMs === undefined
          ? undefined
          : { outcome, atMs: endMs, latencyMs: endMs - intendedMs, index: 1 },
    }
  }

  test.each([
    ['answered before the strike', operation(0, 99), false],
    ['in flight at the strike', operation(0, 150), true],
    ['in flight all the time', operation(0), true],
    ['begun in the last moment', operation(199, 500), true],
    ['begun at the heal', operation(200, 250), false],
  ])('%s', (_, one, is) => {
    expect(overlaps(one, window)).toBe(is)
  })

  test.each([
    ['quick and ok', operation(120, 130), 'good'],
    ['in flight at the strike and slow', operation(0, 150), 'bad'],
    ['refused', operation(120, 130, 'fail'), 'bad'],
    ['in flight at the heal', operation(190, 210), undefined],
    ['in flight at the heal, and over its bound by then', operation(110, 210), 'bad'],
    ['answered before the strike', operation(0, 99), undefined],
  ])('%s is of the right quality', (_, one, is) => {
    expect(qualityIn(window, 50)(one)).toBe(is)
  })
})
