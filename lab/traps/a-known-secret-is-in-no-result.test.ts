import { spawn } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as plainTest, vi } from 'vitest'
import { craftedProject, endOf, main } from './crafted-project.ts'

/** They mostly wait for the command line, so they wait together. */
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 120_000 })

const secret = 'pg-s3cr3t-4711'
const experiment = `
import { counterExperiment } from '${join(import.meta.dirname, '../testing/counter-experiment.ts')}'
export default counterExperiment({
  title: 'FATAL: login with ${secret} failed',
  because: 'it was sent as Authorization: Bearer tok-${secret}x',
})
`

async function resultsOf(env: NodeJS.ProcessEnv) {
  await using it = await craftedProject()
  await writeFile(join(it.root, 'experiments/leaky.ts'), experiment)
  const child = spawn(process.execPath, [main, 'experiment', 'leaky'], { cwd: it.root, env })
  const { stdout, stderr } = await endOf(child)
  const runs = join(it.root, 'runs')
  const entries = await readdir(runs, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(one => join(one.parentPath, one.name))
  const texts = await Promise.all(files.map(file => readFile(file, 'utf8')))
  expect(files.length).toBeGreaterThanOrEqual(3)
  return { journal: texts.join('\n'), terminal: stdout + stderr }
}

test('a secret of the environment stands in no file of a run and on no terminal', async () => {
  const { journal, terminal } = await resultsOf({ ...process.env, PGPASSWORD: secret })
  expect(journal).toContain('[redacted:')
  expect(journal).not.toContain(secret)
  expect(terminal).toContain('FATAL: login with [redacted')
  expect(terminal).not.toContain(secret)
})

test('control: what nothing calls a secret is told as it is, but for what a header gives away', async () => {
  const { journal } = await resultsOf(process.env)
  expect(journal).toContain(`login with ${secret} failed`)
  expect(journal).not.toContain(`tok-${secret}x`)
})
