import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')
const names = z.record(z.string(), z.string()).default({})
const manifest = z.object({
  dependencies: names,
  devDependencies: names,
  optionalDependencies: names,
})
type Manifest = z.infer<typeof manifest>

/** Exact versions: what one finds, all find. */
function loose({ dependencies, devDependencies, optionalDependencies }: Manifest) {
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([, version]) => !/^(\d+\.\d+\.\d+\S*|workspace:\*|link:\.)$/.test(version))
    .map(([name, version]) => `${name} ${version}`)
}

/** Packages that two manifests have in different versions: a run would hold both. */
function apart(all: readonly Manifest[]): readonly string[] {
  const versions = new Map<string, Set<string>>()
  for (const { dependencies, devDependencies } of all) {
    for (const [name, version] of Object.entries({ ...devDependencies, ...dependencies })) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version))
    }
  }
  return [...versions].filter(([, found]) => found.size > 1).map(([name]) => name)
}

test('the lab and its shop have the same exact versions', async () => {
  const all: Manifest[] = []
  for await (const path of glob('{.,targets/*}/package.json', { cwd: root })) {
    all.push(manifest.parse(JSON.parse(await readFile(join(root, path), 'utf8'))))
  }
  expect(all.length).toBeGreaterThan(1)
  expect(all.flatMap(loose)).toEqual([])
  expect(apart(all)).toEqual([])
})

test('who has no PostgreSQL fetches the one that the repository has', async () => {
  const text = await readFile(join(root, 'targets/runtime/postgres-package.ts'), 'utf8')
  const { optionalDependencies } = manifest.parse(
    JSON.parse(await readFile(join(root, 'package.json'), 'utf8')),
  )
  const [, fetched] = /postgresVersion = '([^']+)'/.exec(text) ?? []
  expect(new Set(Object.values(optionalDependencies))).toEqual(new Set([fetched]))
})

test('control: a range, and two versions of one package, are found', () => {
  const [one, other] = [{ dependencies: { ws: '8.0.0' } }, { devDependencies: { ws: '^8.0.1' } }]
  const all = [one, other].map(each => manifest.parse(each))
  expect(all.flatMap(loose)).toEqual(['ws ^8.0.1'])
  expect(apart(all)).toEqual(['ws'])
})
