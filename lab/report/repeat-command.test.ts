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

test('the command repeats all that was chosen, and says nothing of defaults', () => {
  expect(repeatCommand(plain)).toBe('pnpm experiment redis-failover --seed 7')
  const chosen = { defencesOff: ['retry'], faultsOff: true, planted: ['late'] } as const
  expect(repeatCommand({ ...plain, ...chosen, proxy: 'toxiproxy' })).toBe(
    'pnpm experiment redis-failover --seed 7 --without retry --plant late --no-faults --proxy toxiproxy',
  )
})
