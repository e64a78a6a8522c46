import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Files by path, each with the files it imports; types count, for a reader follows them too. */
type Imports = ReadonlyMap<string, ReadonlySet<string>>

async function importsIn(room: string): Promise<Imports> {
  const paths = (await readdir(join(root, room), { recursive: true }))
    .filter(path => path.endsWith('.ts') && !/\.test\.ts$|(^|\/)(testing|house|traps)\//.test(path))
    .map(path => join(room, path))
  const texts = await Promise.all(paths.map(path => readFile(join(root, path), 'utf8')))
  return importsOf(new Map(paths.map((path, index) => [path, texts[index] ?? ''])))
}

function importsOf(sources: ReadonlyMap<string, string>): Imports {
  return new Map(
    [...sources].map(([path, text]) => {
      const named = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
      const found = named.map(([, name]) => join(dirname(path), name ?? ''))
      return [path, new Set(found.filter(each => sources.has(each)))]
    }),
  )
}

/** The same arrows between the folders the files are in. */
function between(imports: Imports): Imports {
  const rooms = new Map<string, Set<string>>()
  for (const [path, imported] of imports) {
    const room = rooms.get(dirname(path)) ?? new Set()
    rooms.set(dirname(path), room)
    for (const each of imported) if (dirname(each) !== dirname(path)) room.add(dirname(each))
  }
  return rooms
}

/** The first way found that leads from a node back to itself; empty where there is none. */
function ring(arrows: Imports): readonly string[] {
  const done = new Set<string>()
  const walk = (node: string, way: readonly string[]): readonly string[] => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node]
    if (done.has(node)) return []
    for (const next of arrows.get(node) ?? []) {
      const found = walk(next, [...way, node])
      if (found.length > 0) return found
    }
    done.add(node)
    return []
  }
  for (const node of arrows.keys()) {
    const found = walk(node, [])
    if (found.length > 0) return found
  }
  return []
}

const without = ['lab', 'faults/proxy']

test.each(without)('no ring of imports in %s, neither of files nor of rooms', async room => {
  const imports = await importsIn(room)
  expect(imports.size).toBeGreaterThan(50)
  expect(ring(imports)).toEqual([])
  expect(ring(between(imports))).toEqual([])
})

test('control: a ring is found, of files and of rooms that no file closes', () => {
  const files = importsOf(
    new Map([
      ['a/one.ts', "import type { Two } from './two.ts'"],
      ['a/two.ts', "import { three } from '../b/three.ts'"],
      ['b/three.ts', "await import('../a/one.ts')"],
    ]),
  )
  expect(ring(files)).toEqual(['a/one.ts', 'a/two.ts', 'b/three.ts', 'a/one.ts'])
  const rooms = importsOf(
    new Map([
      ['a/one.ts', "import { three } from '../b/three.ts'"],
      ['b/three.ts', ''],
      ['b/four.ts', "import { two } from '../a/two.ts'"],
      ['a/two.ts', ''],
    ]),
  )
  expect(ring(rooms)).toEqual([])
  expect(ring(between(rooms))).toEqual(['a', 'b', 'a'])
})
