import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tellLies } from '../../verdict/lies.ts'
import { began, journalOf, type Told } from '../shared/journal-of.ts'
import { calmReconnects } from './calm-reconnects.ts'

const fault = {
  kind: 'fault',
  id: 1,
  strike: 'kill',
  fault: 'kill',
  label: 'kill',
  touches: [],
} as const
const struck: Told = { ...fault, step: 'applied', atMs: 0 }
const wire = (what: 'connect' | 'refused', atMs: number, connection = 1): Told => {
  return { kind: 'wire', link: 'api-1>redis', connection, what, atMs }
}

describe('reconnects', () => {
  const calm = calmReconnects({ atMost: 3, within: '1s' })

  test('spaced connects are calm, a burst is a storm, refused ones count', () => {
    const spaced = [0, 500, 1000, 1500, 2000].map(atMs => wire('connect', atMs))
    expect(calm.check(journalOf([struck, ...spaced]))).toMatchObject({
      word: 'valid',
      figures: { most: 2 },
    })
    const burst = [0, 10, 20, 30].map(atMs => wire('refused', 5000 + atMs))
    const storm = calm.check(journalOf([struck, ...spaced, ...burst]))
    expect(storm).toMatchObject({ word: 'invalid', figures: { most: 4 }, witness: { atMs: 5030 } })
  })

  test('what the proxy took and its server refused is one attempt', () => {
    const refused = [1, 2, 3].flatMap(n => [wire('connect', n, n), wire('refused', n + 1, n)])
    expect(calm.check(journalOf([struck, ...refused]))).toMatchObject({
      word: 'valid',
      figures: { most: 3 },
    })
    const one = wire('connect', 4, 4)
    expect(calm.check(journalOf([struck, ...refused, one]))).toMatchObject({ word: 'invalid' })
  })

  test('finds its lies in a crowd that is in its bound', () => {
    const crowd = Array.from({ length: 150 }, (_, n) => wire('connect', 5 * n, n))
    const many = calmReconnects({ atMost: 200, within: '1s' })
    expect(tellLies('calm', many, journalOf([struck, ...crowd]))).toMatchObject({ missed: [] })
  })

  test('of all links together are a storm where no link has one, and what came early can be left out', () => {
    const on = (link: string, atMs: number): Told => {
      return { kind: 'wire', link, connection: atMs, what: 'connect', atMs }
    }
    const crowd = [1, 2, 3, 4].map(n => on(`api-${n}>redis`, 100 * n))
    const told = journalOf([struck, ...crowd])
    const all = calmReconnects({ atMost: 3, within: '1s', together: true })
    expect(calm.check(told).word).toBe('valid')
    expect(all.check(told)).toMatchObject({ word: 'invalid', figures: { most: 4, links: 4 } })
    const later = calmReconnects({ atMost: 3, within: '1s', together: true, after: '150ms' })
    expect(later.check(told)).toMatchObject({ word: 'valid', figures: { most: 3 } })
  })

  test('when nobody connected since the fault nothing is shown', () => {
    expect(calm.check([]).word).toBe('unknown')
    expect(calm.check(journalOf([wire('connect', 0), { ...struck, atMs: 1 }])).word).toBe('unknown')
  })

  test('the busiest second is found as a slow count finds it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 30 }),
        times => {
          const most = Math.max(
            ...times.map(from => times.filter(each => each >= from && each < from + 1000).length),
          )
          const told = [struck, ...times.map(atMs => wire('connect', atMs))]
          expect(calm.check(journalOf(told)).figures).toMatchObject({ most })
        },
      ),
    )
  })

  test('in a run without faults, that nobody connected is the answer', () => {
    expect(calm.check(journalOf([began(true)])).word).toBe('valid')
  })
})
