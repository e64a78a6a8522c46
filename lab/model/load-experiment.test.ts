import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadExperiment, loadExperimentFile } from './load-experiment.ts'

const lab = join(import.meta.dirname, '..')

/** A file that changes a sound plan by these fields. */
async function fileWith(fields: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'load-experiment-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'one.ts')
  const text = `import { counterExperiment } from '${lab}/testing/counter-experiment.ts'
    const sound = counterExperiment()
    const [strike] = sound.schedule
    export default { ...sound, ${fields} }`
  await writeFile(file, text)
  return file
}

test('a sound plan is loaded as it is', async () => {
  const file = await fileWith('')
  expect(await loadExperimentFile(file)).toMatchObject({ title: expect.any(String) })
})

test.each([
  ['a tier that is none', "tier: 'noon'", 'tier: '],
  ['a least that is no number', 'schedule: [{ ...strike, least: NaN }]', 'schedule.0.least: '],
  ['a least below zero', 'schedule: [{ ...strike, leastEach: -1 }]', 'schedule.0.leastEach: '],
  [
    'a control without strikes',
    "controls: [{ name: 'x', breaks: 'kept' }]",
    'controls.0.strikes: ',
  ],
  [
    'a control on no target',
    "controls: [{ name: 'x', breaks: 'kept', mayAlsoBreak: [], strikes: [], target: {} }]",
    'controls.0.target.start: ',
  ],
])('%s is told with its field', async (_, fields, said) => {
  const file = await fileWith(fields)
  await expect(loadExperimentFile(file)).rejects.toMatchObject({
    code: 'broken-experiment',
    message: expect.stringContaining(said),
  })
})

test.each([
  ['redis-failovr', 'Did you mean redis-failover? '],
  ['README.md', ''],
  ['', ''],
])('of a name like %j only a near one is suggested', async (name, hint) => {
  const root = await mkdtemp(join(tmpdir(), 'load-experiment-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await mkdir(join(root, 'experiments'))
  await writeFile(join(root, 'experiments/redis-failover.ts'), '')
  await writeFile(join(root, 'experiments/brownout.ts'), '')
  await expect(loadExperiment(root, name)).rejects.toMatchObject({
    code: 'unknown-experiment',
    message: expect.stringMatching(new RegExp(`Next {5}${hint.replace('?', '[?]')}(npx|pnpm)`)),
  })
})

test('what a file does wrong is told with its own line, also in JavaScript', async () => {
  const root = await mkdtemp(join(tmpdir(), 'load-experiment-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const file = join(root, 'one.mjs')
  const text = `import { pause } from '${lab}/../faults/process/pause.ts'\n\npause(undefined)`
  await writeFile(file, text)
  await expect(loadExperimentFile(file)).rejects.toThrow(/one\.mjs:3\)/)
})
