import { describe, expect, test } from 'vitest'
import type { Told } from '../shared/journal-of.ts'
import { sampleRun, wire } from '../testing/sample-run.ts'
import { landedLetGo } from './landed-let-go.ts'

// The strike of the sample lands on three connections at 4 s and is healed at 10 s.
const letGo = landedLetGo({ from: 'cut', within: '3s' })
const abandoned = (connection: number, atMs: number) => wire('abandoned', atMs, { connection })

describe('struck connections', () => {
  test('each let go in time are valid', () => {
    const all = [1, 2, 3].map(connection => abandoned(connection, 7_000))
    expect(letGo.check(sampleRun(all))).toMatchObject({ word: 'valid', figures: { letGo: 3 } })
  })

  test('of which one is held on to are found, and one let go twice counts once', () => {
    const two = [abandoned(1, 5_000), abandoned(2, 5_000), abandoned(2, 6_000)]
    expect(letGo.check(sampleRun(two))).toMatchObject({ word: 'invalid', figures: { letGo: 2 } })
  })

  test('let go too late, or only once the lab had healed, are found', () => {
    const late = (atMs: number) => [abandoned(1, 5_000), abandoned(2, 5_000), abandoned(3, atMs)]
    expect(letGo.check(sampleRun(late(7_001))).word).toBe('invalid')
    const patient = landedLetGo({ from: 'cut', within: '9s' })
    expect(patient.check(sampleRun(late(9_000))).word).toBe('valid')
    expect(patient.check(sampleRun(late(10_500))).word).toBe('invalid')
  })

  test('of another strike at the same time, on other links, count for that one alone', () => {
    const elsewhere = { kind: 'fault', id: 7, strike: 'other', fault: 'half-open' } as const
    const other: Told = { ...elsewhere, label: 'other', touches: ['api-2>redis'], step: 'applied' }
    const told = [1, 2, 3].map(connection =>
      wire('abandoned', 6_000, { connection, link: 'api-2>redis' }),
    )
    const own = landedLetGo({ from: 'other', within: '3s' })
    const run = sampleRun([
      { ...other, atMs: 4_000 },
      { ...other, atMs: 5_000, step: 'landed', landed: 3 },
      ...told,
    ])
    expect(own.check(run)).toMatchObject({ word: 'valid', figures: { letGo: 3 } })
    const swapped = [abandoned(1, 5_000), abandoned(2, 5_000), abandoned(3, 5_000)]
    const less = sampleRun([
      { ...other, atMs: 4_000 },
      { ...other, atMs: 5_000, step: 'landed', landed: 3 },
      ...swapped,
      ...told.slice(1),
    ])
    expect(own.check(less)).toMatchObject({ word: 'invalid', figures: { letGo: 2 } })
  })

  test('of a strike that was not made show nothing', () => {
    expect(landedLetGo({ from: 'x', within: '3s' }).check(sampleRun()).word).toBe('unknown')
  })
})
