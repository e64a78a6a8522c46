import { expect, test } from 'vitest'
import { conclusion } from '../testing/conclusion.ts'
import type { Conclusion, JudgedCheck } from '../verdict/conclusion.ts'
import { ablationProblems, type Cell, type Claim, readProof } from './proof.ts'

const claim: Claim = {
  kind: 'defence',
  name: 'd',
  off: ['d'],
  breaks: 'kept',
  mayAlsoBreak: ['outage'],
}

function concluded(
  words: Record<string, JudgedCheck['word']>,
  changes: Partial<Conclusion> = {},
): Conclusion {
  const checks = Object.entries(words).map(([name, word]): [string, JudgedCheck] => {
    const witness = word === 'invalid' ? { witness: { what: 'lost', entries: [], atMs: 150 } } : {}
    return [name, { checker: name, word, story: word, figures: {}, ...witness }]
  })
  const reasons = Object.entries(words).flatMap(([check, word]) => {
    if (word === 'valid') return []
    const named = word === 'invalid' ? ('broken' as const) : ('inconclusive' as const)
    return [{ word: named, text: `check ${check}`, check }]
  })
  return conclusion({
    verdict: reasons[0]?.word ?? 'held',
    checks: Object.fromEntries(checks),
    faults: [{ id: 0, strike: 'f', label: 'f', landed: 1, plannedAtMs: 100, appliedAtMs: 110 }],
    reasons,
    ...changes,
  })
}

const cell = (faults: boolean, defended: boolean, conclusion: Conclusion): Cell => {
  return { faults, defended, folder: '', conclusion }
}
const held = concluded({ kept: 'valid', outage: 'valid' })
const calm = [cell(false, true, held), cell(false, false, held)]

test('proved: only the run with the faults and without the defence breaks, on the named check', () => {
  const broken = concluded({ kept: 'invalid', outage: 'valid' })
  const proof = readProof(claim, [...calm, cell(true, true, held), cell(true, false, broken)])
  expect(proof).toMatchObject({ proved: true, problems: [], witness: { what: 'lost' } })
})

test('in calm weather a check may have nothing to judge', () => {
  const vacuous = cell(false, true, concluded({ kept: 'valid', outage: 'unknown' }))
  const broken = cell(true, false, concluded({ kept: 'invalid', outage: 'valid' }))
  expect(readProof(claim, [vacuous, cell(true, true, held), broken]).proved).toBe(true)
  const underFaults = cell(true, true, concluded({ kept: 'valid', outage: 'unknown' }))
  expect(readProof(claim, [...calm, underFaults, broken]).proved).toBe(false)
})

test.each([
  ['too little traffic', unmet('every workload at its rate', '9 made')],
  [
    'a check that missed a planted lie',
    { reasons: [{ word: 'inconclusive', text: 'missed a lie', check: 'kept' }] },
  ],
] as const)('in calm weather nothing else may be amiss: %s', (_, changes) => {
  const broken = cell(true, false, concluded({ kept: 'invalid', outage: 'valid' }))
  const doubtful = cell(false, true, concluded({ kept: 'valid', outage: 'valid' }, changes))
  expect(readProof(claim, [doubtful, cell(true, true, held), broken]).proved).toBe(false)
})

test('in calm weather a check that broke while the lab was short of time shows no calm', () => {
  const reasons = [{ word: 'inconclusive', text: 'the lab stood still', check: 'kept' }] as const
  const doubtful = cell(false, true, concluded({ kept: 'invalid' }, { reasons }))
  const broken = cell(true, false, concluded({ kept: 'invalid', outage: 'valid' }))
  expect(readProof(claim, [doubtful, cell(true, true, held), broken]).problems).toEqual([
    'in calm weather, with d must hold, but: the lab stood still',
  ])
})

test.each([
  [150, 0],
  [151, 1],
])(
  'a witness at 150 ms, and a first of two faults planned at %i ms: %i problems',
  (firstMs, problems) => {
    const fault = { id: 0, strike: 'f', label: 'f', landed: 1 } as const
    const faults = [
      { ...fault, plannedAtMs: firstMs },
      { ...fault, id: 1, plannedAtMs: 900 },
      { ...fault, id: 2 },
    ]
    expect(ablationProblems(claim, concluded({ kept: 'invalid' }, { faults }))).toHaveLength(
      problems,
    )
  },
)

test('another check that cannot tell is no doubt of the one that must break', () => {
  expect(ablationProblems(claim, concluded({ kept: 'invalid', order: 'unknown' }))).toEqual([])
})

test('a check that cannot tell is told once', () => {
  expect(ablationProblems(claim, concluded({ kept: 'unknown' }))).toEqual([
    'check kept must be invalid, but is unknown: unknown',
  ])
})

test('unproved when another cell breaks, or the one that must was not run', () => {
  const broken = concluded({ kept: 'invalid', outage: 'valid' })
  const inCalm = [cell(false, false, broken), cell(true, true, held), cell(true, false, broken)]
  expect(readProof(claim, inCalm).problems).toEqual([
    'in calm weather, without d must hold, but: check kept',
  ])
  expect(readProof(claim, calm).proved).toBe(false)
})

const notProving: Record<string, [Conclusion, string]> = {
  'the named check is valid': [concluded({ kept: 'valid' }), 'must be invalid, but is valid'],
  'the named check cannot tell': [concluded({ kept: 'unknown' }), 'but is unknown'],
  'the witness lies before the fault': [
    concluded(
      { kept: 'invalid' },
      { faults: [{ id: 0, strike: 'f', label: 'f', landed: 1, plannedAtMs: 200 }] },
    ),
    'lies before the first fault',
  ],
  'the fault touched nothing': [
    concluded({ kept: 'invalid' }, unmet('every strike landed', 'f touched nothing')),
    'f touched nothing',
  ],
  'another check broke too': [
    concluded({ kept: 'invalid', order: 'invalid' }),
    'check order broke too',
  ],
  'a strike was never made, and the run was aborted': [
    concluded({ kept: 'invalid' }, unmet('every strike made', 'f was never made')),
    'f was never made',
  ],
  'the lab stood still while the check broke': [
    concluded(
      { kept: 'invalid' },
      { reasons: [{ word: 'inconclusive', text: 'the lab stood still', check: 'kept' }] },
    ),
    'the lab stood still',
  ],
  'the run failed': [
    concluded({ kept: 'invalid' }, { reasons: [{ word: 'error', text: 'planted' }] }),
    'the run failed: planted',
  ],
}

function unmet(demand: string, text: string): Partial<Conclusion> {
  return { reasons: [{ word: 'inconclusive', text, demand }] }
}

test.each(Object.entries(notProving))('shows nothing when %s', (_, [conclusion, problem]) => {
  expect(ablationProblems(claim, conclusion).join()).toContain(problem)
})

test('a check in mayAlsoBreak may break', () => {
  expect(ablationProblems(claim, concluded({ kept: 'invalid', outage: 'invalid' }))).toEqual([])
})
