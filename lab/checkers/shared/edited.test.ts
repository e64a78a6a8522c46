import { describe, expect, test } from 'vitest'
import { seeded } from '../../base/random.ts'
import type { Entry, Journal } from '../../journal/journal.ts'
import { finalReads, ok, operations, refused, sampleRun, wire } from '../testing/sample-run.ts'
import { changed, delayed, stretched, withMore, without, withTimes } from './falsify.ts'
import { history, ofKind } from './history.ts'

const w = { name: 'w' }
const journal = sampleRun(
  operations(op => ({ outcome: op % 7 ? ok(op) : refused })),
  finalReads({ k1: 1, k2: 2 }),
  Array.from({ length: 50 }, (_, n) => wire('request', n * 400 + 3, { key: `k${n}` })),
)
const kinds = [...new Set(journal.map(({ kind }) => kind))]
const anyOf = (seed: number, count: number) => {
  const random = seeded(seed)
  return Array.from({ length: count }, () => random.integer(0, journal.length - 1))
}
const refusal = (entry: Entry): Entry =>
  entry.kind === 'complete' ? { ...entry, outcome: refused } : entry

const edits: Readonly<Record<string, (all: Journal, indices: readonly number[]) => Journal>> = {
  changed: (all, indices) => changed(all, indices, refusal),
  without,
  withMore: (all, indices) =>
    withMore(
      all,
      all.filter(({ index }) => indices.includes(index)),
    ),
  delayed: (all, indices) => delayed(all, indices, 1_234.5),
  'made earlier': (all, indices) => delayed(all, indices, -3_000),
  withTimes: (all, indices) => withTimes(all, new Map(indices.map(index => [index, index * 7]))),
  stretched: (all, indices) => stretched(all, (indices[0] ?? 0) * 30, 777),
  'changed twice': (all, indices) => without(changed(all, indices, refusal), indices.slice(0, 2)),
}

/** Asks the copy as it is, or what it was copied from first, which the copy then shares. */
const askedBefore = [[], [journal]] as const

describe.each(Object.entries(edits))('a copy that was %s', (_, edit) => {
  test.each([1, 2, 5, 60])('is in its parts what it is as a whole, at %i entries', count => {
    for (let seed = 0; seed < 20; seed++) {
      for (const before of askedBefore) {
        for (const one of before) history(one, w)
        const copy = edit(journal, anyOf(seed, count))
        const whole = [...copy]
        for (const kind of kinds) expect(ofKind(copy, kind)).toEqual(ofKind(whole, kind))
        expect(history(copy, w)).toEqual(history(whole, w))
      }
    }
  })

  test('leaves the true journal alone', () => {
    const before = JSON.stringify(journal)
    expect(JSON.stringify(edit(journal, anyOf(3, 9)))).not.toBe(before)
    expect(JSON.stringify(journal)).toBe(before)
  })
})

test('what a copy leaves alone is shared with the journal, and what it touches is not', () => {
  const copy = changed(journal, [ofKind(journal, 'complete')[3]?.index ?? 0], refusal)
  expect(ofKind(copy, 'wire')).toBe(ofKind(journal, 'wire'))
  expect(ofKind(copy, 'complete')).not.toBe(ofKind(journal, 'complete'))
  expect(history(copy, { name: 'other' })).toEqual([])
  expect(history(copy, w)[2]).toBe(history(journal, w)[2])
  expect(history(copy, w)[3]).not.toBe(history(journal, w)[3])
})

test('entries put between others stand behind those of the same time, and in order', () => {
  const all = ofKind(journal, 'wire')
  const [first, second] = all
  if (!first || !second) throw new Error('no messages')
  const copy = withMore(all, [
    { ...second, connection: 9 },
    { ...first, connection: 8 },
  ])
  const seen = [...copy].map(entry => (entry.kind === 'wire' ? entry.connection : 0))
  expect(seen.slice(0, 5)).toEqual([1, 8, 1, 9, 1])
  expect(copy).toHaveLength(all.length + 2)
})

test('a journal whose times go backwards is put in order before anything is put in it', () => {
  const odd = journal.toReversed()
  const copy = withMore(odd, journal.slice(3, 4))
  expect([...copy].map(({ atMs }) => atMs)).toEqual(
    [...journal, ...journal.slice(3, 4)].map(({ atMs }) => atMs).toSorted((a, b) => a - b),
  )
  expect(ofKind(copy, 'wire')).toEqual(ofKind([...copy], 'wire'))
})
