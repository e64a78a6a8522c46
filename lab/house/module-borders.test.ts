import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const service = join(import.meta.dirname, '../../targets/service')

interface Source {
  /** Relative to the service's folder. */
  readonly path: string
  readonly text: string
}

/** Every import by which one module reaches into another; a module is a folder with a `module.ts`. */
function crossings(sources: readonly Source[]): readonly string[] {
  const modules = sources
    .map(({ path }) => /^([^/]+)\/module\.ts$/.exec(path)?.[1])
    .filter(name => name !== undefined)
  return sources.flatMap(({ path, text }) => {
    const own = path.split('/')[0] ?? ''
    if (!modules.includes(own)) return []
    return [...text.matchAll(/from '([^']+)'|import\('([^']+)'\)/g)]
      .map(([, from, lazily]) => join(path, '..', from ?? lazily ?? ''))
      .filter(to => to.split('/')[0] !== own && modules.includes(to.split('/')[0] ?? ''))
      .map(to => `${path} imports ${to}`)
  })
}

test('no module of the service imports another: what two need stands above them', async () => {
  const paths = (await readdir(service, { recursive: true })).filter(path => path.endsWith('.ts'))
  const sources = await Promise.all(
    paths.map(async path => ({ path, text: await readFile(join(service, path), 'utf8') })),
  )
  expect(sources.filter(({ path }) => path.endsWith('/module.ts')).length).toBeGreaterThan(10)
  expect(crossings(sources)).toEqual([])
})

test('control: an import across the border is found, also a lazy one in a folder below', () => {
  const sources = [
    { path: 'modules.ts', text: "import { a } from './a/module.ts'" },
    { path: 'a/module.ts', text: "import { above } from '../kit.ts'" },
    { path: 'a/part.ts', text: "import type { B } from '../b/part.ts'" },
    { path: 'a/below/part.ts', text: "await import('../../b/part.ts')" },
    { path: 'b/module.ts', text: "import { part } from './part.ts'" },
  ]
  expect(crossings(sources)).toEqual([
    'a/part.ts imports b/part.ts',
    'a/below/part.ts imports b/part.ts',
  ])
})
