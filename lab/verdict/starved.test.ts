import { expect, test } from 'vitest'
import { journalOf, type Told } from '../checkers/shared/journal-of.ts'
import { factsOf } from './facts.ts'
import { sayStarved, starvedIn } from './starved.ts'

const sampled = (of: string, atMs: number, waitedMs?: number): Told => {
  return { kind: 'resources', of, figures: waitedMs === undefined ? {} : { waitedMs }, atMs }
}
const paused = { kind: 'fault', id: 0, strike: 'pause', fault: 'pause', label: 'pause' } as const
const of = (...entries: readonly Told[]) => starvedIn(factsOf(journalOf(entries)), 1_000, 3_000)

test.each<[string, readonly Told[], string | undefined]>([
  ['one that waited', [sampled('a', 1_000, 10), sampled('a', 2_000, 460)], 'a 450'],
  ['one that waited a little', [sampled('a', 1_000, 0), sampled('a', 2_000, 400)], undefined],
  ['one that waited for two seconds', [sampled('a', 1_000, 0), sampled('a', 3_000, 900)], 'a 450'],
  ['one that was asked twice at once', [sampled('a', 2_000, 0), sampled('a', 2_001, 450)], 'a 450'],
  ['one that waited before', [sampled('a', 0, 0), sampled('a', 999, 900)], undefined],
  ['one that waited as it began', [sampled('a', 0, 0), sampled('a', 1_000, 900)], 'a 900'],
  ['one that waited as it ended', [sampled('a', 3_000, 0), sampled('a', 4_000, 900)], 'a 900'],
  ['one that waited behind', [sampled('a', 3_001, 0), sampled('a', 4_000, 900)], undefined],
  ['one started anew', [sampled('a', 1_000, 5_000), sampled('a', 2_000, 20)], undefined],
  ['a system that does not tell', [sampled('a', 1_000), sampled('a', 2_000)], undefined],
  [
    'two, of which one waited longer',
    [
      ...[sampled('a', 1_000, 0), sampled('a', 2_000, 450)],
      ...[sampled('b', 1_000, 0), sampled('b', 2_000, 500)],
    ],
    'b 500',
  ],
])('%s', (_, entries, expected) => {
  const found = of(...entries)
  expect(found && `${found.of} ${found.waitedMs}`).toBe(expected)
})

test('what a fault slows down is left out for as long as it is in force', () => {
  const waited = [sampled('a', 1_000, 0), sampled('a', 2_000, 600)]
  const strike = (name: string, atMs: number, healedMs: number): readonly Told[] => [
    { ...paused, touches: [name], step: 'planned', atMs },
    { ...paused, touches: [name], step: 'healed', atMs: healedMs },
  ]
  expect(of(...waited, ...strike('a', 1_500, 1_800))).toBeUndefined()
  expect(of(...waited, ...strike('b', 1_500, 1_800))).toBeDefined()
  expect(of(...waited, ...strike('a', 2_001, 2_500))).toBeDefined()
  expect(of(...waited, ...strike('a', 500, 999))).toBeDefined()
})

test('is said for people', () => {
  expect(sayStarved({ of: 'shop-1', waitedMs: 412 })).toBe(
    'shop-1 waited 412 ms of a second for a processor',
  )
})
