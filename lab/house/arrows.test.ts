import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Whether our linter settings refuse a file with this import. */
async function refuses(path: string, imported: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-arrows-'))
  try {
    for (const name of ['biome.json', '.gitignore']) {
      await copyFile(join(root, name), join(folder, name))
    }
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), `import '${imported}'\n`)
    const biome = join(root, 'node_modules/.bin/biome')
    const { stdout, stderr } = spawnSync(biome, ['lint', path], { cwd: folder, encoding: 'utf8' })
    const output = stdout + stderr
    expect(output).toContain('Checked 1 file')
    return output.includes('noRestrictedImports')
  } finally {
    await rm(folder, { recursive: true })
  }
}

const forbidden = [
  ['lab/run/run.ts', '../../targets/shop.ts'],
  ['lab/checkers/shared/history.ts', '../../../faults/noop.ts'],
  ['lab/run/run.ts', '../../experiments/redis/redis-failover.ts'],
  ['lab/run/run.ts', '../../harness/scope.ts'],
  ['faults/noop.ts', '../targets/shop.ts'],
  ['faults/proxy/main.ts', '../../lab/base/clock.ts'],
  ['targets/shop.ts', '../faults/noop.ts'],
  ['targets/service/main.ts', '../../lab/index.ts'],
] as const

test.each(forbidden)('refuses that %s imports %s', async (path, imported) => {
  expect(await refuses(path, imported)).toBe(true)
})

const allowed = [
  ['experiments/redis/redis-failover.ts', '../targets/shop.ts'],
  ['experiments/redis/redis-failover.ts', '../faults/noop.ts'],
  ['faults/noop.ts', '../lab/model/fault.ts'],
  ['targets/shop.ts', '../lab/model/target.ts'],
] as const

test.each(allowed)('allows that %s imports %s', async (path, imported) => {
  expect(await refuses(path, imported)).toBe(false)
})
