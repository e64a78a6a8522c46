import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listRuns, makeRunFolder } from './run-folder.ts'

async function root() {
  const folder = await mkdtemp(join(tmpdir(), 'lab-folder-'))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))

test('keeps the newest runs, and removes those that have come to their verdict', async () => {
  await using it = await root()
  for (let second = 0; second < 4; second++) {
    const run = await makeRunFolder(it.folder, 'demo', at(second), 2)
    await writeFile(join(run, 'verdict.json'), '{}')
  }
  const kept = await listRuns(join(it.folder, 'runs/demo'))
  expect(kept).toEqual(['2026-01-01T00-00-02-000Z', '2026-01-01T00-00-03-000Z'])
})

test('never removes the folder of a run that is under way', async () => {
  await using it = await root()
  const [first, second] = await Promise.all(
    [0, 1].map(s => makeRunFolder(it.folder, 'demo', at(s), 1)),
  )
  expect(await listRuns(join(it.folder, 'runs/demo'))).toHaveLength(2)
  expect(first).not.toBe(second)
})

test('two runs that begin at the same moment have folders of their own', async () => {
  await using it = await root()
  const runs = await Promise.all([1, 2, 3].map(() => makeRunFolder(it.folder, 'demo', at(0), 30)))
  expect(new Set(runs).size).toBe(3)
})
