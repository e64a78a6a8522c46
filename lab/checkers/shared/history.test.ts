import { describe, expect, test } from 'vitest'
import { clearest, faultWindow, history, isCalm } from './history.ts'
import { began, journalOf, traffic } from './journal-of.ts'

const ok = () => ({ kind: 'ok', value: 1 }) as const

describe('a history', () => {
  test('joins each invocation with its answer, or with none', () => {
    const told = history(
      traffic('w', atMs => (atMs === 300 ? undefined : ok())),
      { name: 'w' },
    )
    expect(told).toHaveLength(100)
    expect(told[3]?.answer).toBeUndefined()
    expect(told[4]?.answer).toMatchObject({ latencyMs: 1, atMs: 401 })
    expect(told[4]?.phase).toBe('baseline')
    expect(told[50]?.phase).toBe('inject')
  })

  test('knows only its own workload', () => {
    expect(history(traffic('w', ok), { name: 'other' })).toEqual([])
  })
})

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

describe('the clearest of several failures', () => {
  test('is the first that the fault can explain, else the first', () => {
    const run = traffic('w', ok)
    expect(clearest(run, [{ atMs: 3000 }, { atMs: 1000 }, { atMs: 2500 }])).toEqual({ atMs: 2500 })
    expect(clearest(run, [{ atMs: 1500 }, { atMs: 1000 }])).toEqual({ atMs: 1000 })
    expect(clearest(run, [])).toBeUndefined()
  })
})
