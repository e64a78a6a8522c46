import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createDefences } from '../defences.ts'
import { createMetrics } from '../metrics.ts'
import { createGuard } from './guard.ts'

const away = new Error('away')
const volume = 4

/** Every call fails, the first one only once the breaker has been opened by others. */
async function firstOfMany(off: readonly 'circuit-breaker'[]) {
  const defences = createDefences(off, {
    'circuit-breaker': { volume, resetMs: 60_000 },
    'retry-budget': { reserve: 100 },
  })
  const guard = createGuard('thing', defences, createMetrics('guard'), pino({ level: 'silent' }))
  const { promise: others, resolve } = Promise.withResolvers<void>()
  let attempts = 0
  const first = guard.run(
    async () => {
      attempts++
      await others
      throw away
    },
    () => true,
  )
  const fail = async () => {
    throw away
  }
  const never = () => false
  for (let n = 0; n < volume; n++) await guard.run(fail, never).catch(() => {})
  resolve()
  await expect(first).rejects.toBe(away)
  return attempts
}

test('who had begun before the breaker opened tries no more', async () => {
  expect(await firstOfMany([])).toBe(1)
})

test('control: without a breaker it tries as often as it may', async () => {
  expect(await firstOfMany(['circuit-breaker'])).toBe(3)
})
