import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { repeatCommand } from './repeat-command.ts'

const plain = {
  experiment: 'redis-failover',
  seed: 7,
  defencesOff: [],
  faultsOff: false,
  planted: [],
  proxy: 'embedded',
} as const

test('whatever a name holds, a shell reads it as one word and runs nothing else', () => {
  const names = ['x; touch /tmp/it', '$(id)', "it's", 'a b', '`id`', 'x\nrm y', '*', '']
  const command = repeatCommand({ ...plain, defencesOff: names })
  const words = execFileSync('sh', ['-c', `set -- ${command}; printf '%s\\n' "$@"`], {
    encoding: 'utf8',
  })
  const expected = names.flatMap(name => ['--without', name.replace('\n', '·')])
  expect(words.split('\n').slice(5, -1)).toEqual(expected)
})

test('the command repeats all that was chosen, and says nothing of defaults', () => {
  expect(repeatCommand(plain)).toBe('pnpm experiment redis-failover --seed 7')
  expect(repeatCommand({ ...plain, asked: 'a/b.suite.js@one' })).toBe(
    'pnpm experiment a/b.suite.js@one --seed 7',
  )
  const chosen = { defencesOff: ['retry'], faultsOff: true, planted: ['late'] } as const
  expect(repeatCommand({ ...plain, ...chosen, proxy: 'toxiproxy' })).toBe(
    'pnpm experiment redis-failover --seed 7 --without retry --plant late --no-faults --proxy toxiproxy',
  )
})
