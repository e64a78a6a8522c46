import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../journal/journal.ts'
import { traffic } from '../shared/journal-of.ts'
import { honestRefusals } from './honest-refusals.ts'

const honest = honestRefusals({ name: 'orders' }, { deadlineMs: 500 })
const ok: Outcome = { kind: 'ok', value: 1 }
const inFault = (atMs: number) => atMs >= 3000 && atMs < 3100
const once = (outcome: Outcome | undefined) =>
  traffic('orders', atMs => (inFault(atMs) ? outcome : ok))

describe('honest refusals', () => {
  test('typed refusals and typed uncertainty are honest', () => {
    expect(
      honest.check(once({ kind: 'fail', ended: 'refused', error: 'refused: busy' })),
    ).toMatchObject({
      word: 'valid',
      figures: { refused: 1, answered: 79 },
    })
    expect(
      honest.check(once({ kind: 'info', ended: 'refused', error: 'refused: unconfirmed' })).word,
    ).toBe('valid')
  })

  test.each([
    ['hung', undefined],
    ['hung', { kind: 'info', ended: 'gave-up', error: 'gave up after 4000 ms' }],
    ['hung', { kind: 'info', ended: 'gave-up', error: 'no answer' }],
    ['untyped', { kind: 'fail', ended: 'untyped', error: '503' }],
    ['untyped', { kind: 'info', ended: 'cut', error: 'connection: reset' }],
  ] as const)('%s: %o', (sin, outcome) => {
    const finding = honest.check(once(outcome))
    expect(finding).toMatchObject({ word: 'invalid', figures: { [sin]: 1 } })
    expect(finding).toHaveProperty('witness.what', expect.stringContaining('k30'))
  })

  test('an ok that comes too late is late', () => {
    const slow = traffic('orders', () => ok, { latencyMs: atMs => (inFault(atMs) ? 501 : 500) })
    expect(honest.check(slow)).toMatchObject({ word: 'invalid', figures: { late: 1 } })
  })

  test('requests in flight at the strike that hang are found', () => {
    const hang = traffic('orders', () => ok, {
      latencyMs: atMs => (atMs >= 1500 && atMs < 2000 ? 2000 : 1),
    })
    expect(honest.check(hang)).toMatchObject({ word: 'invalid', figures: { late: 5 } })
  })

  test.each([
    ['500, whatever its code', { status: 500, code: 'internal' }, 'invalid'],
    ['503 without a code', { status: 503 }, 'invalid'],
    ['503 with a code', { status: 503, code: 'redis-away' }, 'valid'],
    ['504 with a code', { status: 504, code: 'deadline' }, 'valid'],
    ['409 with a code', { status: 409, code: 'out-of-stock' }, 'valid'],
    ['a web socket closed with 1013', { status: 1013 }, 'valid'],
  ] as const)('a refusal by %s is judged by its status', (_, more, word) => {
    const refusal = { kind: 'fail', ended: 'refused', error: 'refused: x', ...more } as const
    expect(honest.check(once(refusal)).word).toBe(word)
  })

  test('what counts as typed is the choice of the experiment', () => {
    const lenient = honestRefusals({ name: 'orders' }, { deadlineMs: 500, typed: () => true })
    const failing: Outcome = { kind: 'fail', ended: 'untyped', status: 500, error: '500' }
    expect(lenient.check(traffic('orders', atMs => (inFault(atMs) ? failing : ok))).word).toBe(
      'valid',
    )
  })

  test('what the lab itself did not send leaves it open', () => {
    expect(honest.check(once({ kind: 'info', ended: 'shed', error: 'shed' })).word).toBe('unknown')
  })

  test('without an operation during the fault nothing is shown', () => {
    expect(honest.check([]).word).toBe('unknown')
    const calm = traffic('orders', () => ok).filter(
      entry => !('op' in entry) || entry.atMs < 2000 || entry.atMs > 6500,
    )
    expect(honest.check(calm).word).toBe('unknown')
  })

  test('what was late before the fault is not its business', () => {
    const slow = traffic('orders', () => ok, { latencyMs: atMs => (atMs < 1000 ? 900 : 1) })
    expect(honest.check(slow)).toMatchObject({ word: 'valid', figures: { operations: 80 } })
  })

  test('whatever the endings, each operation is counted once', () => {
    const ends = fc.constantFrom<Outcome | undefined>(
      ok,
      { kind: 'fail', ended: 'refused', error: 'refused: busy' },
      { kind: 'fail', ended: 'untyped', error: 'boom' },
      { kind: 'info', ended: 'gave-up', error: 'no answer' },
      undefined,
    )
    fc.assert(
      fc.property(fc.func(ends), answer => {
        const { figures } = honest.check(traffic('orders', answer))
        const { operations, answered = 0, refused = 0, late = 0, hung = 0, untyped = 0 } = figures
        expect(answered + refused + late + hung + untyped).toBe(operations)
        expect(operations).toBeGreaterThanOrEqual(80)
      }),
      { numRuns: 30 },
    )
  })

  test('each has a lie of an ending that it holds for untyped, and none where all will do', () => {
    const named = (typed: (failure: { readonly status?: number }) => boolean) =>
      honestRefusals({ name: 'orders' }, { deadlineMs: 500, typed }).lies.map(({ name }) => name)
    expect(named(() => true)).toHaveLength(2)
    expect(named(({ status }) => status !== undefined).at(2)).toContain('cuts one request off')
    expect(honest.lies.at(2)?.name).toContain('bare server error')
  })
})
