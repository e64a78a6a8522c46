import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reachableByAll, reachableFolder } from './reachable-folder.ts'

async function clone(mode: number) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-reachable-'))
  await mkdir(join(folder, 'clone'))
  await chmod(folder, mode)
  const path = join(folder, 'clone', '.lab')
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

test('a folder that everybody may pass through to is taken as it is, there or not', async () => {
  await using open = await clone(0o755)
  expect(await reachableByAll(open.path)).toBe(true)
  expect(await reachableFolder(open.path)).toBe(open.path)
})

test('below a folder of mode 700, root is given one outside, anybody else the same', async () => {
  await using closed = await clone(0o700)
  expect(await reachableByAll(closed.path)).toBe(false)
  const isRoot = process.getuid?.() === 0
  const expected = isRoot ? '/var/tmp/resilience-lab-0' : closed.path
  expect(await reachableFolder(closed.path)).toBe(expected)
})
