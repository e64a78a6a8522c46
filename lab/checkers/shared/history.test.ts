import { describe, expect, test } from 'vitest'
import { history } from './history.ts'
import { traffic } from './journal-of.ts'

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
