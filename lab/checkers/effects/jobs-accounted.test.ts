import { describe, expect, test } from 'vitest'
import type { Json } from '../../base/json.ts'
import { journalOf, type Told } from '../shared/journal-of.ts'
import { jobsAccounted } from './jobs-accounted.ts'

describe('jobs', () => {
  const poison = { is: (job: { input: Json }) => job.input === 'poison', tries: 3 }
  const jobs = jobsAccounted({ name: 'q' }, { poison })
  const invoke = { kind: 'invoke', workload: 'q', client: 0, intendedMs: 0 } as const
  const answer = { kind: 'complete', workload: 'q', client: 0, latencyMs: 1 } as const
  const hand = (op: number, input: Json = 'fine'): readonly Told[] => [
    { ...invoke, op, f: 'enqueue', key: `j${op}`, input },
    { ...answer, op, f: 'enqueue', outcome: { kind: 'ok', value: null } },
  ]
  const books = (rows: readonly Json[]): readonly Told[] => [
    { kind: 'phase', phase: 'final-reads' },
    { ...invoke, op: 99, f: 'read', input: null },
    { ...answer, op: 99, f: 'read', outcome: { kind: 'ok', value: rows } },
  ]
  const handled = (op: number, seq: number): Told => {
    const value = { id: `j${op}`, key: 'k', seq }
    return { kind: 'observed', workload: 'q', client: 0, what: 'handled', value }
  }
  const check = (...told: (readonly Told[])[]) => jobs.check(journalOf(told.flat()))
  const done = (op: number) => ({ id: `j${op}`, state: 'done', effects: 1 })

  test('done once, or dead after the right number of tries, is accounted for', () => {
    const dead = { id: 'j1', state: 'dead', tries: 3 }
    const finding = check(hand(0), hand(1, 'poison'), [handled(0, 1)], books([done(0), dead]))
    expect(finding).toMatchObject({ word: 'valid', figures: { accepted: 2, done: 1, dead: 1 } })
  })

  test.each<readonly [string, Json, readonly Json[]]>([
    ['lost', 'fine', []],
    ['doubled', 'fine', [done(0), done(0)]],
    ['doubled', 'fine', [{ id: 'j0', state: 'done', effects: 2 }]],
    ['misjudged', 'fine', [{ id: 'j0', state: 'dead' }]],
    ['misjudged', 'poison', [done(0)]],
    ['wrongTries', 'poison', [{ id: 'j0', state: 'dead', tries: 4 }]],
    ['unexplained', 'poison', [{ id: 'j0', state: 'dead', tries: 3, reason: null }]],
    ['stuck', 'fine', [{ id: 'j0', state: 'pending' }]],
    ['phantom', 'fine', [done(0), { id: 'j7', state: 'done' }]],
    ['undone', 'fine', [{ id: 'j0', state: 'done', effects: 0 }]],
    ['deadYetDone', 'poison', [{ id: 'j0', state: 'dead', tries: 3, effects: 1 }]],
  ])('%s is found', (sin, input, rows) => {
    expect(check(hand(0, input), books(rows))).toMatchObject({
      word: 'invalid',
      figures: { [sin]: 1 },
    })
  })

  test('what is poison only by a fault must be dead only where that was in force for all its tries', () => {
    const by = { strike: 'hang', settlesIn: '1s' } as const
    const struck = jobsAccounted({ name: 'q' }, { poison: { ...poison, by } })
    const hang = { id: 1, strike: 'hang', fault: 'hang', label: 'hang', touches: [] }
    const run = (...poisoned: readonly number[]) => {
      const told = [0, 2_000, 4_500, 6_000].flatMap((atMs, op) =>
        hand(op, 'poison').map(entry => ({ ...entry, intendedMs: atMs, atMs })),
      )
      const steps = [
        { kind: 'fault', ...hang, step: 'applied', atMs: 1_000 },
        { kind: 'fault', ...hang, step: 'healed', atMs: 5_000 },
      ] as const
      const rows = [0, 1, 2, 3].map(op =>
        poisoned.includes(op) ? { id: `j${op}`, state: 'dead', tries: 3 } : done(op),
      )
      const all = [...told, ...steps].toSorted((a, b) => a.atMs - b.atMs)
      return struck.check(journalOf([...all, ...books(rows)])).word
    }
    expect([run(1), run(1, 2), run(), run(2)]).toEqual(['valid', 'valid', 'invalid', 'invalid'])
  })

  test('what nobody enqueued is shown with the read that lists it, of however many', () => {
    const reads = Array.from({ length: 20 }, (_, op): readonly Told[] => [
      { ...invoke, op: 100 + op, f: 'read', input: null },
      {
        ...{ ...answer, op: 100 + op, f: 'read' },
        outcome: { kind: 'ok', value: op === 19 ? [{ id: 'j7', state: 'done' }] : [] },
      },
    ])
    const journal = journalOf([...hand(0), ...books([done(0)]), ...reads.flat()])
    const { witness } = Object(jobs.check(journal))
    expect(witness.entries).toContain(journal.length - 1)
  })

  test('jobs of one key in the wrong order are found, a redelivery is none', () => {
    const rows = books([done(0), done(1)])
    const bad = check(hand(0), hand(1), [handled(1, 2), handled(0, 1)], rows)
    expect(bad).toMatchObject({ word: 'invalid', figures: { reordered: 1 } })
    const again = check(hand(0), hand(1), [handled(0, 1), handled(1, 2), handled(0, 1)], rows)
    expect(again.word).toBe('valid')
  })

  test('a job that was refused and is done all the same is found; pending is no effect', () => {
    const refused: Told[] = hand(1).map(entry =>
      entry.kind === 'complete'
        ? { ...entry, outcome: { kind: 'fail', ended: 'refused', error: 'refused: full' } }
        : entry,
    )
    expect(check(hand(0), refused, books([done(0), done(1)]))).toMatchObject({
      word: 'invalid',
      figures: { refusedYetDone: 1 },
    })
    const lenient = jobsAccounted({ name: 'q' }, { pendingAtMost: 1 })
    const pending = books([done(0), { id: 'j1', state: 'pending' }])
    expect(lenient.check(journalOf([...hand(0), ...refused, ...pending])).word).toBe('valid')
  })

  test("the workload's own words for a state are understood, an unknown one leaves it open", () => {
    const own = jobsAccounted({ name: 'q' }, { states: { sent: 'done' } })
    const run = (state: string) =>
      own.check(journalOf([...hand(0), ...books([{ id: 'j0', state }])]))
    expect(run('sent').word).toBe('valid')
    expect(run('queued').word).toBe('unknown')
  })

  test('without jobs or books nothing is shown', () => {
    expect(check(books([])).word).toBe('unknown')
    expect(check(hand(0)).word).toBe('unknown')
  })
})
