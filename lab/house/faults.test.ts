import { glob, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const faults = join(import.meta.dirname, '../../faults')
const folders = ['http', 'postgres', 'redis', 'websocket', 'network', 'process', 'peer', 'clients']

interface Source {
  /** Relative to the folder of the faults. */
  readonly path: string
  readonly text: string
}

/** Every exported function that makes a fault and that no test of the faults imports. */
function untested(sources: readonly Source[]): readonly string[] {
  const isTest = ({ path }: Source) => path.endsWith('.test.ts')
  const imported = new Set(sources.filter(isTest).flatMap(importsOf))
  return sources
    .filter(source => !isTest(source))
    .flatMap(({ path, text }) => makersOf(text).map(name => `${path} ${name}`))
    .filter(maker => !imported.has(maker))
}

function makersOf(text: string): string[] {
  const signatures = text.matchAll(/export function (\w+)(.*?)^\}/gms)
  return [...signatures]
    .filter(([, , rest = '']) => /\): Fault<\w+> \{/.test(rest))
    .map(([, name = '']) => name)
}

function importsOf({ path, text }: Source): string[] {
  return [...text.matchAll(/^import \{([^}]*)\} from '([^']+)'/gm)].flatMap(
    ([, names = '', from = '']) =>
      names.split(',').map(name => `${join(path, '..', from)} ${name.trim()}`),
  )
}

test('every fault is held to its contract by a test', async () => {
  const all = await readdir(faults, { recursive: true })
  const paths = all.filter(path => path.endsWith('.ts') && !path.startsWith('proxy'))
  const sources = await Promise.all(
    paths.map(async path => ({ path, text: await readFile(join(faults, path), 'utf8') })),
  )
  const inFolders = (path: string) => folders.includes(path.split('/')[0] ?? '')
  const makers = sources.filter(({ path, text }) => inFolders(path) && makersOf(text).length > 0)
  expect(makers.length).toBeGreaterThan(35)
  expect(
    untested(sources.filter(({ path }) => inFolders(path) || path.endsWith('.test.ts'))),
  ).toEqual([])
})

/** Modules with an undo whose arguments nobody could check before the fault is made. */
function unchecked(sources: readonly Source[]): readonly string[] {
  const undos = sources.filter(({ text }) => /^export (async )?function undo\(/m.test(text))
  return undos.filter(({ text }) => !/^export const undoArgs\b/m.test(text)).map(({ path }) => path)
}

test('every undo exports what parses its arguments', async () => {
  const root = join(faults, '..')
  const sources: Source[] = []
  for await (const path of glob('{faults,targets,lab/guardian}/**/*.ts', { cwd: root })) {
    sources.push({ path, text: await readFile(join(root, path), 'utf8') })
  }
  expect(sources.filter(({ text }) => /function undo\(/.test(text)).length).toBeGreaterThan(4)
  expect(unchecked(sources)).toEqual([])
  const text = 'export async function undo(args: Json): Promise<void> {}'
  expect(unchecked([{ path: 'careless.ts', text }]), 'control').toEqual(['careless.ts'])
})

test('control: a fault that no test imports is found, also beside one that is', () => {
  const maker = (name: string) =>
    `export function ${name}<System extends LabSystem>(\n  select: S,\n): Fault<System> {\n  return x\n}\n`
  const sources = [
    { path: 'http/late.ts', text: maker('late') + maker('later') },
    { path: 'http/match.ts', text: 'export function match(): string {\n  return 1\n}\n' },
    { path: 'redis/lost.ts', text: maker('lost') },
    { path: 'some.test.ts', text: "import { late } from './http/late.ts'\n" },
    { path: 'redis/other.test.ts', text: "import { lost } from '../http/lost.ts'\n" },
  ]
  expect(untested(sources)).toEqual(['http/late.ts later', 'redis/lost.ts lost'])
})
