import { expect, test } from 'vitest'
import type { Entry, Journal } from '../journal/journal.ts'
import type { Checker, Finding, Lie, Parts, Told } from '../model/checker.ts'
import { heldJournal } from '../testing/held-journal.ts'
import { judge } from './judge.ts'
import { tellLies } from './lies.ts'

/** Every read was answered. */
function answered(lies: readonly Lie[], see = (journal: Journal) => journal): Checker {
  return {
    name: 'kept',
    lies,
    check: journal => {
      const answers = new Set(
        see(journal).flatMap(entry => (entry.kind === 'complete' ? [entry.op] : [])),
      )
      const open = see(journal).find(entry => entry.kind === 'invoke' && !answers.has(entry.op))
      if (!open) return { word: 'valid', story: 'All were answered.', figures: {} }
      const witness = { what: 'no answer', entries: [open.index], atMs: open.atMs }
      return { word: 'invalid', story: 'One was not.', figures: {}, witness }
    },
  }
}

/** Takes one answer out of the journal. */
const silence: Lie = {
  name: 'takes one answer away',
  found: 'invalid',
  tell: (journal, random) => {
    const answers = journal.filter(entry => entry.kind === 'complete')
    const gone = answers[random.integer(0, answers.length - 1)]
    const asked = journal.find(entry => entry.kind === 'invoke' && entry.op === gone?.op)
    if (!gone || !asked) return undefined
    return { journal: journal.filter(entry => entry !== gone), touched: [asked.index] }
  },
}

test('a check that finds every lie is believed', () => {
  const journal = heldJournal()
  expect(tellLies('kept', answered([silence]), journal)).toEqual({
    told: 1,
    found: 1,
    noPlace: 0,
    missed: [],
  })
  const conclusion = judge(journal, { checks: { kept: answered([silence]) } })
  expect(conclusion).toMatchObject({ verdict: 'held', checks: { kept: { lies: { found: 1 } } } })
})

test('a check that does not see what it judges is found out', () => {
  // Blind to whatever is not even: it sees half of the answers and half of the questions.
  const blind = answered([silence], () => heldJournal())
  expect(tellLies('kept', blind, heldJournal())).toMatchObject({
    told: 1,
    found: 0,
    missed: ['takes one answer away'],
  })
  const { verdict, reasons } = judge(heldJournal(), { checks: { kept: blind } })
  expect(verdict).toBe('inconclusive')
  expect(reasons[0]?.text).toContain('did not find a planted lie: it takes one answer away')
})

test('a witness that points elsewhere has not found the lie', () => {
  const elsewhere: Lie = {
    ...silence,
    tell: (journal, random) => {
      const told = silence.tell(journal, random)
      return told && { ...told, touched: [0] }
    },
  }
  expect(tellLies('kept', answered([elsewhere]), heldJournal()).missed).toHaveLength(1)
})

/** The operation that a lie touches, and what it is judged by there. */
function inParts(checker: Checker, change = (parts: Parts): Parts => parts): Checker {
  const partsOf = (journal: Journal, { journal: copy, touched }: Told) => {
    const op = journal.flatMap(each =>
      each.kind === 'invoke' && touched.includes(each.index) ? each.op : [],
    )[0]
    const isIn = (entry: Entry) => 'op' in entry && entry.op === op
    return change({ before: journal.filter(isIn), after: copy.filter(isIn) })
  }
  return { ...checker, partsOf }
}

test('a lie that is found in its part is not looked for in the whole', () => {
  const journal = heldJournal()
  const seen: number[] = []
  const finder = inParts(
    answered([silence], one => {
      seen.push(one.length)
      return one
    }),
  )
  expect(tellLies('kept', finder, journal)).toMatchObject({ told: 1, found: 1 })
  expect(new Set(seen)).toEqual(new Set([1, 2]))
})

test.each([
  ['in which the lie is not', ({ before }: Parts) => ({ before, after: before })],
  ['in which something is wrong without the lie', ({ after }: Parts) => ({ before: after, after })],
])('a part %s proves nothing: the whole is judged', (_, change) => {
  const journal = heldJournal()
  expect(tellLies('kept', inParts(answered([silence]), change), journal)).toMatchObject({
    found: 1,
  })
  // It sees parts, and of a whole copy nothing.
  const blind = answered([silence], one => (one.length < 9 ? one : journal))
  expect(tellLies('kept', inParts(blind), journal)).toMatchObject({ found: 1 })
  expect(tellLies('kept', inParts(blind, change), journal)).toMatchObject({ found: 0 })
})

test('a lie that may be found as unknown is told of the whole', () => {
  const parts: number[] = []
  const omission = { ...silence, found: 'unknown' } as const
  const finder = inParts(answered([omission]), one => {
    parts.push(1)
    return one
  })
  expect(tellLies('kept', finder, heldJournal())).toMatchObject({ found: 1 })
  expect(parts).toEqual([])
})

test('a check that brings no lies is unknown', () => {
  const { verdict, checks } = judge(heldJournal(), { checks: { kept: answered([]) } })
  expect(verdict).toBe('inconclusive')
  expect(checks.kept?.story).toContain('But it brings no lies')
})

test('a witness that points at more than the lie has found it too', () => {
  const finder = answered([silence])
  const wide: Checker = {
    ...finder,
    check: journal => {
      const finding = finder.check(journal)
      if (finding.word !== 'invalid') return finding
      const { witness } = finding
      return { ...finding, witness: { ...witness, entries: [0, ...witness.entries] } }
    },
  }
  expect(tellLies('kept', wide, heldJournal())).toMatchObject({ found: 1, missed: [] })
})

test('another seed of the run tells other lies, and a journal without a run is told some', () => {
  const told: number[] = []
  const noting: Lie = {
    ...silence,
    tell: (_, random) => {
      told.push(random.next())
      return undefined
    },
  }
  const seeds = [1, 2].map(seed =>
    heldJournal(events => events.map(one => (one.kind === 'run' ? { ...one, seed } : one))),
  )
  for (const journal of [...seeds, []]) tellLies('kept', answered([noting]), journal)
  expect(new Set(told).size).toBe(3)
})

test('what a check says reaches the verdict with its witness', () => {
  const open = heldJournal(events => events.filter(one => one.kind !== 'complete' || one.op !== 20))
  const { checks } = judge(open, { checks: { kept: answered([silence]) } })
  expect(checks.kept).toMatchObject({ word: 'invalid', witness: { what: 'no answer' } })
  expect(checks.kept?.witness?.entries).toHaveLength(1)
})

test('a check to which no lie could be told is unknown', () => {
  const nowhere: Lie = { ...silence, tell: () => undefined }
  expect(tellLies('kept', answered([nowhere]), heldJournal())).toMatchObject({
    told: 0,
    noPlace: 1,
  })
  const { verdict, checks } = judge(heldJournal(), { checks: { kept: answered([nowhere]) } })
  expect(verdict).toBe('inconclusive')
  expect(checks.kept).toMatchObject({ word: 'unknown' })
  expect(checks.kept?.story).toContain('no lie could be told')
})

test.each([
  ['invalid', 1],
  ['unknown', 0],
] as const)(
  'an omission that may be found as %s is missed %i times by a check that cannot tell',
  (found, missed) => {
    const vague: Checker = {
      ...answered([{ ...silence, found }]),
      check: journal => {
        const full = journal.length === heldJournal().length
        const finding: Finding = { word: full ? 'valid' : 'unknown', story: '', figures: {} }
        return finding
      },
    }
    expect(tellLies('kept', vague, heldJournal()).missed).toHaveLength(missed)
  },
)

test('the same journal is told the same lies, and the journal itself is left alone', () => {
  const told: number[] = []
  const noting: Lie = {
    ...silence,
    tell: (journal, random) => {
      told.push(random.integer(0, 1_000_000))
      return silence.tell(journal, random)
    },
  }
  const journal = heldJournal()
  const before = JSON.stringify(journal)
  tellLies('kept', answered([noting]), journal)
  tellLies('kept', answered([noting]), journal)
  tellLies('other', answered([noting]), journal)
  expect(told[0]).toBe(told[1])
  expect(told[2]).not.toBe(told[0])
  expect(JSON.stringify(journal)).toBe(before)
})

test('no lie is told to a check that is not valid', () => {
  const never: Lie = {
    ...silence,
    tell: () => {
      throw new Error('told')
    },
  }
  const unsure: Checker = {
    ...answered([never]),
    check: () => ({ word: 'unknown', story: 'cannot tell', figures: {} }),
  }
  expect(judge(heldJournal(), { checks: { kept: unsure } }).reasons).toMatchObject([
    { word: 'inconclusive', text: 'check kept: cannot tell' },
  ])
})

test('a lie that throws is an error of the check', () => {
  const failing: Lie = {
    ...silence,
    tell: () => {
      throw new Error('planted in a lie')
    },
  }
  expect(judge(heldJournal(), { checks: { kept: answered([failing]) } }).verdict).toBe('error')
})

test.each([
  undefined,
  { word: 'fine', story: '', figures: {} },
  { word: 'valid', story: 1, figures: {} },
  { word: 'valid', story: '', figures: { lost: Number.NaN } },
  { word: 'invalid', story: '', figures: {} },
])('what a check says is looked at: %j is an error', said => {
  const proper = answered([silence])
  const odd = Object.assign(proper, { check: () => said })
  const { verdict, reasons, checks } = judge(heldJournal(), { checks: { kept: odd } })
  expect(verdict).toBe('error')
  expect(checks.kept).toMatchObject({ word: 'unknown', figures: {} })
  expect(reasons[0]?.text).toContain('check kept: the check itself failed')
})
