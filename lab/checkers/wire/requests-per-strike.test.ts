import { expect, test } from 'vitest'
import { sampleRun, wire } from '../testing/sample-run.ts'
import { requestsPerStrike } from './requests-per-strike.ts'

const links = () => true
const two = requestsPerStrike({ from: 'cut', within: '1s', atMost: 2, links })
const select = (ms: number) => wire('request', ms, { message: 'SELECT' })

test('counts what follows a strike within its time, and not what came before it or later', () => {
  const right = [select(3_900), select(4_100), select(4_200), select(5_100)]
  expect(two.check(sampleRun(right))).toMatchObject({ word: 'valid', figures: { most: 2 } })
  expect(two.check(sampleRun([...right, select(4_900)]))).toMatchObject({
    word: 'invalid',
    figures: { most: 3, tooMany: 1 },
    witness: { what: '3 requests came within 1s of cut' },
  })
})

test('counts the kind it is told of', () => {
  const counts = ({ message }: { message?: string }) => message === 'SELECT'
  const selects = requestsPerStrike({ from: 'cut', within: '1s', atMost: 1, links, counts })
  const others = [select(4_100), wire('request', 4_200, { message: 'UPDATE' })]
  expect(selects.check(sampleRun(others)).word).toBe('valid')
})

test('cannot tell without the strike, without any request, or with one that could not be read', () => {
  const other = requestsPerStrike({ from: 'kill', within: '1s', atMost: 2, links })
  expect(other.check(sampleRun([select(4_100)])).word).toBe('unknown')
  expect(two.check(sampleRun([select(3_000)])).word).toBe('unknown')
  expect(two.check(sampleRun([select(4_100), wire('unparsed', 4_200)])).word).toBe('unknown')
})
