import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const modules = [
  'node:fs/promises',
  'node:timers/promises',
  'node:stream/promises',
  'node:dns/promises',
]

/**
 * Statements that drop a promise and that the linter's rule does not see: calls of Node's own functions,
 * whose types it does not resolve, and lists of promises that nobody awaits.
 */
function floatingIn(text: string): readonly string[] {
  const imports = text.matchAll(/^import \{([^}]*)\} from '([^']+)'/gms)
  const names = [...imports].flatMap(([, list = '', from = '']) =>
    modules.includes(from) ? list.split(',').map(name => name.trim().split(' as ').at(-1)) : [],
  )
  const called = names.filter(name => name !== undefined && name !== '').join('|')
  const own = called === '' ? undefined : new RegExp(`^\\s*(${called})\\(`)
  const lines = text.split('\n')
  return lines
    .filter((line, i) => {
      // Within an expression that began before it is no statement.
      if (/([,([=?:&|]|=>)\s*$/.test(lines[i - 1] ?? '')) return false
      return own?.test(line) || /\.forEach\(async\b|^\s*[\w.]+\.map\(async\b/.test(line)
    })
    .map(line => line.trim())
}

test('no promise of Node itself, and no list of promises, is dropped', async () => {
  const found: string[] = []
  let files = 0
  for await (const path of glob('{lab,faults,targets,experiments,bench,harness}/**/*.ts', {
    cwd: root,
  })) {
    files++
    if (path.endsWith('floating-promises.test.ts')) continue
    const lines = floatingIn(await readFile(join(root, path), 'utf8'))
    found.push(...lines.map(line => `${path}: ${line}`))
  }
  expect(files).toBeGreaterThan(900)
  expect(found).toEqual([])
})

test('control: what is dropped is found, and what is awaited, returned or caught is not', () => {
  const text = `import { mkdir as make, rm } from 'node:fs/promises'
function drop() {
  rm(path)
  make(path).then(() => 1)
  list.forEach(async one => one.stop())
  system.parts.map(async one => one.stop())
  await rm(path)
  return Promise.all([
    rm(path),
  ])
  const made =
    make(path)
}`
  expect(floatingIn(text)).toEqual([
    'rm(path)',
    'make(path).then(() => 1)',
    'list.forEach(async one => one.stop())',
    'system.parts.map(async one => one.stop())',
  ])
})
