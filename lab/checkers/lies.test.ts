import { describe, expect, test } from 'vitest'
import { seeded } from '../base/random.ts'
import type { Journal } from '../journal/journal.ts'
import { tellLies } from '../verdict/lies.ts'
import { began, journalOf } from './shared/journal-of.ts'
import { samples } from './testing/samples.ts'

/** The same journal gets the same lies, so each seed of its run is another choice of places. */
const seeds = Array.from({ length: 12 }, (_, seed) => seed)

function seededWith(journal: Journal, seed: number): Journal {
  const run = journalOf([began(false, seed)])
  return [...journal, ...run.map(entry => ({ ...entry, index: journal.length }))]
}

describe.each(Object.entries(samples))('the lies of %s', (name, { checker, journal }) => {
  test('are two at least, to a run that is valid', () => {
    expect(checker.lies.length).toBeGreaterThanOrEqual(2)
    expect(checker.check(journal)).toMatchObject({ word: 'valid' })
  })

  test('have each a place and are each found, wherever chance puts them', () => {
    const all = checker.lies.length
    for (const seed of seeds) {
      const before = JSON.stringify(journal)
      const told = tellLies(name, checker, seededWith(journal, seed))
      expect(told).toEqual({ told: all, found: all, noPlace: 0, missed: [] })
      expect(JSON.stringify(journal), 'the true journal').toBe(before)
    }
  })

  test('are missed by a check that is blind, and that is reported', () => {
    const story = 'All is well.'
    const blind = { ...checker, check: () => ({ word: 'valid', story, figures: {} }) as const }
    const told = tellLies(name, blind, journal)
    expect(told).toMatchObject({ found: 0, missed: checker.lies.map(lie => lie.name) })
  })

  test.runIf(checker.partsOf)('are found in their part where they are found in the whole', () => {
    for (const lie of checker.lies.filter(({ found }) => found === 'invalid')) {
      for (const seed of seeds) {
        const told = lie.tell(journal, seeded(seed))
        const parts = told && checker.partsOf?.(journal, told)
        expect(checker.check(parts?.before ?? []).word).not.toBe('invalid')
        const [inPart, inWhole] = [parts?.after, told?.journal].map(one => checker.check(one ?? []))
        expect(inPart).toMatchObject({ word: 'invalid' })
        expect(inPart).toMatchObject(
          inWhole?.word === 'invalid' ? { witness: inWhole.witness } : { word: 'not found' },
        )
      }
    }
  })
})
