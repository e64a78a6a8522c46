import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const service = join(import.meta.dirname, '../../targets/service')

interface Source {
  /** Relative to the service's folder. */
  readonly path: string
  readonly text: string
}

/** The module that a file belongs to, if it belongs to one. */
const moduleOf = (path: string) => /^modules\/([^/]+)\//.exec(path)?.[1]
/** Takes one of each to make a service of them. */
const list = 'modules.ts'
/** May try what stands below by those who stand on it. */
const isTestBelow = (path: string) => path.endsWith('.test.ts') && moduleOf(path) === undefined

/** Every import by which a module is reached into, be it from another or from what they stand on. */
function crossings(sources: readonly Source[]): readonly string[] {
  return sources.flatMap(({ path, text }) =>
    [...text.matchAll(/from '([^']+)'|import\('([^']+)'\)/g)]
      .map(([, from, lazily]) => join(path, '..', from ?? lazily ?? ''))
      .filter(to => moduleOf(to) !== undefined && moduleOf(to) !== moduleOf(path))
      .filter(() => path !== list && !isTestBelow(path))
      .map(to => `${path} imports ${to}`),
  )
}

test('no module of the service imports another, nor is one imported by what they stand on', async () => {
  const paths = (await readdir(service, { recursive: true })).filter(path => path.endsWith('.ts'))
  const sources = await Promise.all(
    paths.map(async path => ({ path, text: await readFile(join(service, path), 'utf8') })),
  )
  expect(sources.filter(({ path }) => path.endsWith('/module.ts')).length).toBeGreaterThan(10)
  expect(crossings(sources)).toEqual([])
})

test('control: an import across the border is found, also a lazy one in a folder below', () => {
  const sources = [
    { path: 'modules.ts', text: "import { a } from './modules/a/module.ts'" },
    { path: 'kit.ts', text: "import { part } from './modules/a/part.ts'" },
    { path: 'modules/a/module.ts', text: "import { kit } from '../../kit.ts'" },
    { path: 'modules/a/part.ts', text: "import type { B } from '../b/part.ts'" },
    { path: 'modules/a/below/part.ts', text: "await import('../../b/part.ts')" },
    { path: 'modules/b/module.ts', text: "import { part } from './part.ts'" },
  ]
  expect(crossings(sources)).toEqual([
    'kit.ts imports modules/a/part.ts',
    'modules/a/part.ts imports modules/b/part.ts',
    'modules/a/below/part.ts imports modules/b/part.ts',
  ])
})
