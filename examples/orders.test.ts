import { spawn } from 'node:child_process'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const example = join(root, 'examples/orders')
const verdict = z.looseObject({
  verdict: z.string(),
  checks: z.record(z.string(), z.looseObject({ word: z.string(), story: z.string() })),
})
const atMost = { timeout: 150_000 }

/** The mended service with these files as they were written: each has a bug of its own. */
async function withBugs(...files: readonly string[]) {
  const folder = `.with-${files.join('-')}`
  await cp(join(example, 'mended'), join(example, folder), { recursive: true })
  for (const file of files) await cp(join(example, 'src', file), join(example, folder, file))
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(join(example, folder), { recursive: true }),
  }
}

/** What the checks say of a run of the example's experiment on the service in this folder. */
async function findings(service: string) {
  const args = ['lab/cli/main.ts', 'experiment', 'examples/orders/experiments/lost-commit.js']
  const child = spawn(process.execPath, [...args, '--json', '--seed', '7'], {
    cwd: root,
    env: { ...process.env, SERVICE: service },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, log] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(out, log).not.toBe('')
  return verdict.parse(JSON.parse(out)).checks
}

// What a run on a busy machine concludes as a whole is another matter: the checks are asked.
test('a lost commit finds the order that is placed twice', atMost, async () => {
  await using bug = await withBugs('orders.js', 'schema.sql')
  const { onceEach, alive } = await findings(bug.folder)
  expect(onceEach).toMatchObject({ word: 'invalid' })
  expect(onceEach?.story).toContain('doubled')
  expect(alive).toMatchObject({ word: 'valid' })
})

test('and the process that ends of a lost connection', atMost, async () => {
  await using bug = await withBugs('database.js')
  const { alive } = await findings(bug.folder)
  expect(alive).toMatchObject({ word: 'invalid' })
  expect(alive?.story).toContain('ECONNRESET')
})

test('and nothing in the service that was mended', atMost, async () => {
  expect(await findings('mended')).toMatchObject({
    onceEach: { word: 'valid' },
    alive: { word: 'valid' },
  })
})
