import { expect, test } from 'vitest'
import { journalOf, type Told } from '../checkers/shared/journal-of.ts'
import { firstFinalOp } from '../journal/journal.ts'
import { heldJournal } from '../testing/held-journal.ts'
import { factsOf } from './facts.ts'

const fault = (id: number, strike: string) =>
  ({ kind: 'fault', id, strike, fault: strike, label: strike, touches: [] }) as const

test('a fault has a time for each step that the journal tells, and no other member', () => {
  const [first, second] = [fault(0, 'cut'), fault(1, 'flush')]
  const { faults } = factsOf(
    journalOf([
      { ...second, step: 'planned', mayEnd: ['api-1'], atMs: 10 },
      { ...first, step: 'planned', atMs: 20 },
      { ...first, step: 'applied', atMs: 30 },
      { ...first, step: 'landed', landed: 3, landedOn: { a: 3 }, atMs: 40 },
      { ...first, step: 'healed', atMs: 50 },
      { ...second, step: 'healed', error: 'stuck', atMs: 60 },
    ]),
  )
  expect(faults).toStrictEqual([
    {
      id: 0,
      strike: 'cut',
      label: 'cut',
      touches: [],
      plannedAtMs: 20,
      appliedAtMs: 30,
      landedAtMs: 40,
      landed: 3,
      landedOn: { a: 3 },
      healedAtMs: 50,
    },
    {
      id: 1,
      strike: 'flush',
      label: 'flush',
      touches: [],
      mayEnd: ['api-1'],
      plannedAtMs: 10,
      unhealed: 'stuck',
    },
  ])
})

test('of a hypothesis the last answer of each moment counts, and none during the fault', () => {
  const probe = { kind: 'probe', hypothesis: 'well', expected: 'true' } as const
  const window = { fromMs: 0, toMs: 10, samples: 20, lateMs: 7 }
  const { hypotheses } = factsOf(
    journalOf([
      { ...probe, when: 'before', held: false, value: 1, atMs: 10 },
      { ...probe, when: 'before', held: true, value: 2, sees: 'a lot', window, atMs: 20 },
      { ...probe, when: 'during', held: false, value: 3, atMs: 30 },
      { ...probe, when: 'after', held: true, value: 4, atMs: 40 },
    ]),
  )
  const common = { sentence: 'well', expected: 'true', held: true }
  expect(hypotheses).toStrictEqual([
    { ...common, when: 'before', value: 2, lateMs: 7, sinceMs: 0, sees: 'a lot', atMs: 20 },
    { ...common, when: 'after', value: 4, atMs: 40 },
  ])
})

const asked = (workload: string, op: number, atMs: number): Told => {
  const common = { workload, op, client: 0, f: 'read', input: null } as const
  return { kind: 'invoke', ...common, intendedMs: atMs - 1, atMs }
}
const answered = (workload: string, op: number, atMs: number, ended?: 'shed' | 'refused'): Told => {
  const outcome = ended
    ? ({ kind: 'info', ended, error: 'x' } as const)
    : ({ kind: 'ok', value: 1 } as const)
  return { kind: 'complete', workload, op, client: 0, f: 'read', outcome, latencyMs: 1, atMs }
}
const mark = { kind: 'traffic', step: 'began' } as const
const end = { kind: 'traffic', step: 'ended' } as const

test('each workload has its own operations, answers and marks, though the numbers agree', () => {
  const { traffic } = factsOf(
    journalOf([
      { ...mark, workload: 'reads', atMs: 1 },
      { ...mark, workload: 'writes', atMs: 2 },
      asked('reads', 0, 10),
      asked('writes', 0, 20),
      answered('writes', 0, 30),
      { ...end, workload: 'writes', why: 'done', atMs: 90 },
      { ...end, workload: 'reads', why: 'stopped', atMs: 100 },
    ]),
  )
  const open = { intendedMs: 9, startedMs: 10, answeredMs: undefined, ok: false, shed: false }
  const done = { intendedMs: 19, startedMs: 20, answeredMs: 30, ok: true, shed: false }
  expect([...traffic]).toEqual([
    ['reads', { operations: [open], beganMs: 1, endedMs: 100, why: 'stopped' }],
    ['writes', { operations: [done], beganMs: 2, endedMs: 90, why: 'done' }],
  ])
})

test('an operation that was never sent is told apart from one that was refused', () => {
  const events = [0, 1, 2].map(op => asked('reads', op, 10))
  const ends = [answered('reads', 0, 11, 'shed'), answered('reads', 1, 12, 'refused')]
  const { traffic } = factsOf(journalOf([...events, ...ends, answered('reads', 2, 13)]))
  expect(traffic.get('reads')?.operations.map(({ ok, shed }) => [ok, shed])).toEqual([
    [false, true],
    [false, false],
    [true, false],
  ])
})

test('final reads are no traffic, from the first of them on', () => {
  const finals = [asked('reads', firstFinalOp - 1, 10), asked('reads', firstFinalOp, 20)]
  expect(factsOf(journalOf(finals)).traffic.get('reads')?.operations).toHaveLength(1)
})

test('a witness spans its entries, its moment and the faults, and no entry that is not there', () => {
  const facts = factsOf(heldJournal())
  const what = { what: 'it was late', atMs: 5_000 }
  expect(facts.spanOf({ ...what, entries: [1_000_000] })).toEqual({
    fromMs: 4_000,
    toMs: 8_002,
    latestMs: 0,
  })
  const last = heldJournal().length - 1
  expect(facts.spanOf({ ...what, entries: [0, last] })).toMatchObject({ fromMs: 0, toMs: 12_200 })
})
