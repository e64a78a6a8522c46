import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')

const forbidden = [
  ['lab/run/run.ts', '../../targets/shop.ts'],
  ['lab/checkers/shared/history.ts', '../../../faults/noop.ts'],
  ['lab/run/prove.ts', '../../experiments/redis/redis-failover.ts'],
  ['lab/run/steady.ts', '../../harness/scope.ts'],
  ['faults/noop.ts', '../targets/shop.ts'],
  ['faults/proxy/main.ts', '../../lab/base/clock.ts'],
  ['targets/shop.ts', '../faults/noop.ts'],
  ['targets/service/main.ts', '../../lab/index.ts'],
] as const

const allowed = [
  ['experiments/redis/redis-failover.ts', '../targets/shop.ts'],
  ['experiments/redis/redis-full.ts', '../faults/noop.ts'],
  ['faults/latency.ts', '../lab/model/fault.ts'],
  ['targets/redis.ts', '../lab/model/target.ts'],
] as const

const reported = z.object({
  summary: z.object({ unchanged: z.number(), changed: z.number() }),
  diagnostics: z.array(
    z.object({ category: z.string(), location: z.object({ path: z.string() }).optional() }),
  ),
})

/** The files that our linter settings refuse for their import: one run for all, each a file of its own. */
async function refused(files: readonly (readonly [string, string])[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-arrows-'))
  try {
    for (const name of ['biome.json', '.gitignore']) {
      await copyFile(join(root, name), join(folder, name))
    }
    for (const [path, imported] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), `import '${imported}'\n`)
    }
    const biome = join(root, 'node_modules/.bin/biome')
    const { stdout } = spawnSync(biome, ['lint', '--reporter=json'], {
      cwd: folder,
      encoding: 'utf8',
    })
    const { summary, diagnostics } = reported.parse(JSON.parse(stdout))
    expect(summary.unchanged, 'files that were read').toBeGreaterThanOrEqual(files.length)
    return diagnostics
      .filter(({ category }) => category === 'lint/style/noRestrictedImports')
      .map(({ location }) => location?.path ?? '')
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('imports against the arrows are refused, and those along them are not', async () => {
  const found = await refused([...forbidden, ...allowed])
  expect(found.toSorted()).toEqual(forbidden.map(([path]) => path).toSorted())
})
