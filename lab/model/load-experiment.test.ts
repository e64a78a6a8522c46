import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadExperimentFile } from './load-experiment.ts'

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
