import { describe, expect, test } from 'vitest'
import { conclude, firstViolation, gapsIn } from './conclude.ts'
import { journalOf, traffic } from './journal-of.ts'

const ok = () => ({ kind: 'ok', value: 1 }) as const
const run = traffic('w', ok)

describe('the first of several violations', () => {
  test('is the first that the fault can explain, else the first', () => {
    expect(firstViolation(run, [{ atMs: 3000 }, { atMs: 1000 }, { atMs: 2500 }])).toEqual({
      atMs: 2500,
    })
    expect(firstViolation(run, [{ atMs: 1500 }, { atMs: 1000 }])).toEqual({ atMs: 1000 })
    expect(firstViolation(run, [])).toBeUndefined()
  })
})

describe('a conclusion', () => {
  const base = { journal: run, violations: [], figures: {}, unseen: [], story: 'All is well.' }
  const violation = { kind: 'lost', what: 'k is lost', entries: [1], atMs: 3000 }

  test('is valid only where nothing was violated and nothing unseen', () => {
    expect(conclude(base).word).toBe('valid')
    expect(conclude({ ...base, unseen: ['Half of it'] })).toMatchObject({
      word: 'unknown',
      story: 'Half of it.',
    })
  })

  test('is invalid by one violation, whatever was unseen, and counts its kind', () => {
    const finding = conclude({ ...base, violations: [violation], unseen: ['Half of it'] })
    expect(finding).toMatchObject({
      word: 'invalid',
      figures: { lost: 1 },
      witness: { what: 'k is lost', entries: [1], atMs: 3000 },
    })
  })
})

test('a journal with a gap, or with messages that nobody could read, was not seen whole', () => {
  const wire = { kind: 'wire', link: 'a>b', connection: 1, what: 'unparsed' } as const
  const journal = journalOf([wire, { kind: 'overflow', dropped: 1, why: 'full' }])
  expect(gapsIn(journal)).toEqual(['The journal has a gap: full'])
  expect(gapsIn(journal, ({ name }) => name === 'a>b')).toHaveLength(2)
})
