import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { experimentsFolder } from './experiments-folder.ts'

async function project(config?: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'experiments-folder-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await mkdir(join(root, 'chaos'))
  if (config !== undefined) await writeFile(join(root, 'resilience.config.mjs'), config)
  return root
}

test('experiments are where the project says, else in experiments', async () => {
  expect(await experimentsFolder(await project())).toBe('experiments')
  const root = await project("export default { experiments: 'chaos' }")
  expect(await experimentsFolder(root)).toBe('chaos')
})

test.each([
  ['export default {', 'it cannot be loaded'],
  ["throw new Error('boom')", 'boom'],
  ["export default { experiments: 'nosuch' }", 'no folder nosuch'],
  ["export default { experiment: 'chaos' }", 'Unrecognized key: "experiment"'],
])('%s is wrong usage', async (config, said) => {
  await expect(experimentsFolder(await project(config))).rejects.toMatchObject({
    ...{ code: 'broken-config', verdict: 'usage' },
    message: expect.stringContaining(said),
  })
})
