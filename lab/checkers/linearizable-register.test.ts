import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../base/json.ts'
import type { Outcome } from '../journal/journal.ts'
import { linearizableRegister } from './linearizable-register.ts'
import { journalOf, type Told } from './shared/journal-of.ts'

const checker = linearizableRegister({ name: 'reg' })

/** `w1>` invokes a write of 1 by the next op; `<0 ok` answers op 0. */
type Step =
  | { readonly op: number; readonly f: string; readonly input: Json; readonly key?: string }
  | { readonly op: number; readonly answer: Outcome }

function run(steps: readonly Step[]) {
  const told = steps.map((step): Told => {
    const common = { workload: 'reg', op: step.op, client: 0 } as const
    if ('answer' in step) {
      return { kind: 'complete', ...common, f: '', outcome: step.answer, latencyMs: 1 }
    }
    const { f, input, key = 'k' } = step
    return { kind: 'invoke', ...common, f, key, input, intendedMs: 0 }
  })
  return checker.check(journalOf(told))
}
const write = (op: number, input: Json): Step => ({ op, f: 'write', input })
const read = (op: number): Step => ({ op, f: 'read', input: null })
const ok = (op: number, value: Json = null): Step => ({ op, answer: { kind: 'ok', value } })
const info = (op: number): Step => ({
  op,
  answer: { kind: 'info', ended: 'gave-up', error: 'no answer' },
})
const fail = (op: number): Step => ({
  op,
  answer: { kind: 'fail', ended: 'refused', error: 'refused: x' },
})

describe('a linearizable register', () => {
  test('reads what was written', () => {
    expect(run([write(0, 1), ok(0), read(1), ok(1, 1)])).toMatchObject({ word: 'valid' })
  })

  test('a stale read is invalid', () => {
    const finding = run([write(0, 1), ok(0), write(1, 2), ok(1), read(2), ok(2, 1)])
    expect(finding).toMatchObject({ word: 'invalid', witness: { entries: [0, 1, 2, 3, 4, 5] } })
  })

  test('concurrent reads may see old or new, but never new and then old', () => {
    const concurrent = [write(0, 1), ok(0), write(1, 2), read(2), ok(2, 2), read(3)]
    expect(run([...concurrent, ok(3, 2), ok(1)]).word).toBe('valid')
    expect(run([...concurrent, ok(3, 1), ok(1)]).word).toBe('invalid')
  })

  test('an uncertain write may take effect at any time, also never', () => {
    expect(run([write(0, 1), info(0), read(1), ok(1, null), read(2), ok(2, 1)]).word).toBe('valid')
    expect(run([write(0, 1), info(0), read(1), ok(1, null)]).word).toBe('valid')
    expect(run([write(0, 1), info(0), read(1), ok(1, 1), read(2), ok(2, null)]).word).toBe(
      'invalid',
    )
  })

  test('a refused write never takes effect', () => {
    expect(run([write(0, 1), fail(0), write(1, 2), ok(1), read(2), ok(2, 1)]).word).toBe('invalid')
  })

  test('of two compare-and-sets on one value only one wins', () => {
    const cas = (op: number, next: number): Step => ({ op, f: 'cas', input: { expected: 1, next } })
    const both = [write(0, 1), ok(0), cas(1, 2), cas(2, 3)]
    expect(run([...both, ok(1, true), ok(2, false), read(3), ok(3, 2)]).word).toBe('valid')
    expect(run([...both, ok(1, true), ok(2, true), read(3), ok(3, 2)]).word).toBe('invalid')
  })

  test('without a key that was written and read nothing is shown', () => {
    expect(run([]).word).toBe('unknown')
    expect(run([write(0, 1), ok(0)]).word).toBe('unknown')
    expect(run([read(0), ok(0, null)]).word).toBe('unknown')
  })

  test('a budget that runs out is no verdict', () => {
    const poor = linearizableRegister({ name: 'reg' }, { steps: 1 })
    const told: Told[] = [
      {
        kind: 'invoke',
        workload: 'reg',
        op: 0,
        client: 0,
        f: 'write',
        key: 'k',
        input: 1,
        intendedMs: 0,
      },
      {
        kind: 'invoke',
        workload: 'reg',
        op: 1,
        client: 0,
        f: 'write',
        key: 'k',
        input: 2,
        intendedMs: 0,
      },
    ]
    expect(poor.check(journalOf(told))).toMatchObject({ word: 'unknown', figures: { open: 1 } })
  })

  test('a real register is valid, and a bent history agrees with brute force', () => {
    const action = fc.record({
      write: fc.boolean(),
      value: fc.integer({ min: 0, max: 2 }),
      length: fc.integer({ min: 1, max: 6 }),
      bent: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(action, { minLength: 1, maxLength: 6 }), actions => {
        const events = simulate(actions)
        const honest = run(events.map(each => each.step))
        expect(honest.word).not.toBe('invalid')
        const bent = events.map(({ step, bent }) =>
          bent && 'answer' in step && step.answer.kind === 'ok' && step.answer.value !== null
            ? ok(step.op, 99)
            : step,
        )
        expect(run(bent).word === 'invalid').toBe(!possible(bent))
      }),
      { numRuns: 300 },
    )
  })
})

interface Action {
  readonly write: boolean
  readonly value: number
  readonly length: number
  readonly bent: boolean
}

/** Operation i begins at 2i, does its work at once or in the end, and answers `length` later. */
function simulate(actions: readonly Action[]) {
  const moments = actions.flatMap(({ write: writes, value, length, bent }, op) => [
    { at: 2 * op, step: writes ? write(op, value) : read(op), bent: false },
    { at: 2 * op + length + 0.5, step: writes ? ok(op) : ok(op, 'seen'), bent },
  ])
  moments.sort((a, b) => a.at - b.at)
  let state: Json = null
  return moments.map(({ step, bent }) => {
    const action = actions[step.op]
    if ('f' in step || !action) return { step, bent }
    if (action.write) state = action.value
    return { step: action.write ? step : ok(step.op, state), bent }
  })
}

/** All orders that respect real time: the slow truth. */
function possible(steps: readonly Step[]): boolean {
  const calls = steps.flatMap((step, from) => {
    if (!('f' in step)) return []
    const until = steps.findIndex(each => 'answer' in each && each.op === step.op)
    const end = steps[until]
    const value = end && 'answer' in end && end.answer.kind === 'ok' ? end.answer.value : null
    return [{ from, until, writes: step.f === 'write', input: step.input, value }]
  })
  const go = (left: typeof calls, state: Json): boolean => {
    if (left.length === 0) return true
    const first = Math.min(...left.map(each => each.until))
    return left.some(each => {
      if (each.from > first) return false
      const rest = left.filter(other => other !== each)
      return each.writes ? go(rest, each.input) : each.value === state && go(rest, state)
    })
  }
  return go(calls, null)
}
