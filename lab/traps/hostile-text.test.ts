import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as plainTest, vi } from 'vitest'
import { craftedProject } from './crafted-project.ts'

const counter = join(import.meta.dirname, '../testing/counter-experiment.ts')
/** What a service, or who writes an experiment, may say. */
const hostile = 'x\u001b[2J\u009b31m\u0000\r\u202e\n::stop-commands::z\n  ::add-mask::x\n##[error]y'

const experiment = `
import { counterExperiment } from '${counter}'
export default counterExperiment({ title: ${JSON.stringify(hostile)}, checks: { kept: {
  name: 'says', check: () => ({ word: 'invalid', story: ${JSON.stringify(hostile)}, figures: {} }) } } })
`

/** They mostly wait for the command line, so they wait together. */
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 3 })

function expectHarmless(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(text).not.toMatch(/^\s*::/m)
  expect(text).not.toMatch(/##\[/)
  expect(text).toContain('stop-commands')
}

test('text of a service reaches no terminal and no CI log as a command', async () => {
  await using it = await craftedProject()
  await writeFile(join(it.root, 'experiments/hostile.ts'), experiment)
  const run = await it.lab('experiment', 'hostile')
  expectHarmless(run.stdout)
  expectHarmless((await it.lab('list')).stdout)
  const [folder = ''] = await readdir(join(it.root, 'runs/hostile'))
  const judged = await it.lab('judge', join('runs/hostile', folder))
  expectHarmless(judged.stdout)
  const json = await it.lab('judge', join('runs/hostile', folder), '--json')
  expectHarmless(json.stdout)
  expect(JSON.parse(json.stdout).title).toBe(hostile)
  const journal = join(it.root, 'runs/hostile', folder, 'journal.jsonl')
  const text = await readFile(journal, 'utf8')
  await writeFile(
    journal,
    text.replaceAll('"experiment":"hostile"', '"experiment":"\\u001b[2J\\n::stop-commands::"'),
  )
  expectHarmless((await it.lab('judge', join('runs/hostile', folder))).stderr)
})

test('what a dead run owes is told without its commands', async () => {
  await using it = await craftedProject()
  const undo = { module: hostile, args: null }
  await it.writeLedger('x', it.runLine('x'), { kind: 'owe', id: '1', label: hostile, undo })
  expectHarmless((await it.lab('heal')).stdout)
})

test('the line that repeats a crafted run runs nothing else, and names it does not know are told', async () => {
  await using it = await craftedProject()
  await writeFile(
    join(it.root, 'experiments/good.ts'),
    `import { counterExperiment } from '${counter}'\nexport default counterExperiment()\n`,
  )
  await it.lab('experiment', 'good')
  const [folder = ''] = await readdir(join(it.root, 'runs/good'))
  const journal = join(it.root, 'runs/good', folder, 'journal.jsonl')
  const text = await readFile(journal, 'utf8')
  await writeFile(journal, text.replace('"defencesOff":[]', '"defencesOff":["x; touch owned"]'))
  const judged = await it.lab('judge', join('runs/good', folder))
  expect(judged.stdout).toContain("--without 'x; touch owned'")
  expect(judged.stderr).toContain(
    'The run names x; touch owned, which the experiment does not have',
  )
})
