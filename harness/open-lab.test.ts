import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLab } from './open-lab.ts'

const root = join(import.meta.dirname, '..')

test('node:test takes the lab by a plain function', () => {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const file = join(import.meta.dirname, 'testing/node-test.ts')
  const args = ['--disable-warning=ExperimentalWarning', '--test', file]
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
  expect(stdout).toContain('pass 1')
  expect(status, stdout).toBe(0)
}, 300_000)

test('a lab that is used for nothing starts nothing, and one that has ended refuses', async () => {
  const over = new AbortController()
  await using lab = openLab({ signal: over.signal })
  over.abort()
  await expect(lab.redis()).rejects.toMatchObject({ code: 'lab-closed' })
})

test('a seed that is none is refused', () => {
  process.env.RESILIENCE_SEED = 'x'
  try {
    expect(() => openLab()).toThrow('RESILIENCE_SEED to be a whole number')
  } finally {
    delete process.env.RESILIENCE_SEED
  }
})
