import { describe, expect, test } from 'vitest'
import { ok, operations, refused, sampleRun } from '../testing/sample-run.ts'
import { answersBelong } from './answers-belong.ts'

const belong = answersBelong({ name: 'w' })

describe('answers', () => {
  test('that echo what was asked for belong to who asked', () => {
    const own = sampleRun(operations(op => ({ outcome: ok({ id: `k${op}` }) })))
    expect(belong.check(own)).toMatchObject({ word: 'valid', figures: { answers: 200 } })
  })

  test('that were swapped are found, with both owners', () => {
    const swap = (op: number) => (op === 50 ? 51 : op === 51 ? 50 : op)
    const swapped = sampleRun(operations(op => ({ outcome: ok({ id: `k${swap(op)}` }) })))
    const finding = belong.check(swapped)
    expect(finding).toMatchObject({ word: 'invalid', figures: { foreign: 2 } })
    expect(finding).toHaveProperty('witness.what', expect.stringContaining('client 1 asked for'))
  })

  test('of the right thing for the wrong user are found', () => {
    const checker = answersBelong(
      { name: 'w' },
      {
        asked: ({ key, client }) => [key ?? '', client],
        echoed: answer => (Array.isArray(answer) ? answer : undefined),
      },
    )
    const run = (user: (op: number) => number) =>
      checker.check(sampleRun(operations(op => ({ outcome: ok([`k${op}`, user(op)]) }))))
    expect(run(op => op % 2).word).toBe('valid')
    expect(run(op => (op === 77 ? 0 : op % 2)).word).toBe('invalid')
  })

  test('that do not say whose they are, or of which none was ok, show nothing', () => {
    expect(belong.check(sampleRun(operations(() => ({ outcome: ok({}) })))).word).toBe('unknown')
    expect(belong.check(sampleRun(operations(() => ({ outcome: refused })))).word).toBe('unknown')
  })
})
