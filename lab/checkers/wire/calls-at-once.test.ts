import { describe, expect, test } from 'vitest'
import { sampleRun, wire } from '../testing/sample-run.ts'
import { callsAtOnce } from './calls-at-once.ts'

const two = callsAtOnce({ atMost: 2, links: () => true })
const ask = (ms: number, connection: number) => wire('request', ms, { connection })
const answer = (ms: number, connection: number) => wire('response', ms, { connection })

describe('calls at once', () => {
  test('are as many as have no answer yet', () => {
    const inTurn = [ask(5_000, 1), ask(5_001, 2), answer(5_010, 1), ask(5_011, 3)]
    expect(two.check(sampleRun(inTurn))).toMatchObject({ word: 'valid', figures: { most: 2 } })
    expect(two.check(sampleRun([...inTurn, ask(5_012, 4)]))).toMatchObject({
      word: 'invalid',
      figures: { most: 3, tooMany: 1 },
      witness: { what: '3 calls on api-1>redis were unanswered at once' },
    })
  })

  test('in a pipeline are as many as were sent', () => {
    expect(two.check(sampleRun([ask(5_000, 1), ask(5_001, 1), ask(5_002, 1)])).word).toBe('invalid')
    const answered = [ask(5_000, 1), ask(5_001, 1), answer(5_002, 1), ask(5_003, 1)]
    expect(two.check(sampleRun(answered)).word).toBe('valid')
  })

  test.each(['close', 'abandoned'] as const)('end with their connection: %s', end => {
    const givenUp = wire(end, 5_002, { connection: 1 })
    const told = [ask(5_000, 1), ask(5_001, 2), givenUp, ask(5_003, 3)]
    expect(two.check(sampleRun(told)).word).toBe('valid')
    const longer = wire(end, 5_060, { connection: 1 })
    expect(two.check(sampleRun([...told.slice(0, 2), ask(5_003, 3), longer])).word).toBe('invalid')
  })

  test('on another link are counted there', () => {
    const other = wire('request', 5_002, { link: 'api-2>other', connection: 3 })
    expect(two.check(sampleRun([ask(5_000, 1), ask(5_001, 2), other])).word).toBe('valid')
  })

  test('without any since the fault, or with one that could not be read, show nothing', () => {
    expect(two.check(sampleRun([ask(1_000, 1)])).word).toBe('unknown')
    expect(two.check(sampleRun([ask(5_000, 1), wire('unparsed', 5_001)])).word).toBe('unknown')
  })
})
