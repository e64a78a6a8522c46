import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runExample } from './testing/run-example.ts'

const folder = join(import.meta.dirname, 'stock')
const instanceKilled = 'stock/experiments/common.suite.js@instance-killed'
const atMost = { timeout: 150_000 }

const install =
  'cd examples/stock && python3 -m venv .venv && .venv/bin/pip install -r requirements.txt'
const isThere = spawnSync(join(folder, '.venv/bin/python'), ['-c', 'import psycopg']).status === 0
const isWanted = (process.env.LAB_REQUIRE ?? '').split(',').includes('examples')

test('Python and its driver are there, where they are required', () => {
  if (!isThere) process.stderr.write(`examples/stock is not run: ${install}\n`)
  expect(isThere || !isWanted, install).toBe(true)
})

test.runIf(isThere)(
  'a kill finds the service that confirms what it has not written',
  atMost,
  async () => {
    const { checks } = await runExample(instanceKilled, { SERVICE: 'app.py' })
    expect(checks.kept).toMatchObject({ word: 'invalid', story: expect.stringContaining('lost') })
  },
)

test.runIf(isThere)('and nothing in the one that writes first', atMost, async () => {
  const { checks } = await runExample(instanceKilled, { SERVICE: 'mended.py' })
  expect(checks).toMatchObject({ kept: { word: 'valid' }, alive: { word: 'valid' } })
})
