import { expect, test } from 'vitest'
import { options } from './options.ts'

const usual = { rounds: 5, out: 'proxy' }

test('without flags the usual is done', () => {
  expect(options([], usual)).toEqual(usual)
})

test('flags say how often, what of it, and where the results go', () => {
  const args = ['--rounds', '3', '--only', 'bulk,idle', '--out', 'trial']
  expect(options(args, usual)).toEqual({ rounds: 3, only: ['bulk', 'idle'], out: 'trial' })
})

test.each([
  ['no number', ['--rounds', 'many']],
  ['no round at all', ['--rounds', '0']],
  ['a path out of the folder of results', ['--out', '../../package']],
  ['an unknown flag', ['--fast']],
])('%s is refused', (_what, args) => {
  expect(() => options(args, usual)).toThrow()
})
