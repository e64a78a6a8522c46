import { glob, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const faults = join(import.meta.dirname, '../../faults')
/** Where the tables are of the faults that the contract suite is run over. */
const tables = 'testing/contracts/'
/** Has nothing to hurt: the example, and the zero of every measurement. */
const harmless = ['noop.ts']
/** What faults are made with. */
const kits = ['own-toxic-fault.ts', 'message-fault.ts', 'client-fault.ts']
/** These are users themselves, and what they hurt depends on the server: a suite of their own. */
const clients = 'clients/'

interface Source {
  /** Relative to the folder of the faults. */
  readonly path: string
  readonly text: string
}

/** Every exported function that makes a fault and that no table imports. */
function untried(sources: readonly Source[]): readonly string[] {
  const imported = new Set(sources.filter(({ path }) => isTable(path)).flatMap(importsOf))
  return sources
    .flatMap(({ path, text }) => makersOf(text).map(name => `${path} ${name}`))
    .filter(maker => !imported.has(maker))
}

/** Tables that no test hands to a contract. */
function unused(sources: readonly Source[]): readonly string[] {
  const tests = sources.filter(({ path }) => path.endsWith('.test.ts'))
  const used = new Set(tests.flatMap(importsOf).map(name => name.split(' ')[0]))
  return sources
    .map(({ path }) => path)
    .filter(path => path.startsWith(tables) && isTable(path) && !used.has(path))
}

const isTable = (path: string) =>
  (path.startsWith(tables) && path.endsWith('-faults.ts')) || path === `${clients}clients.test.ts`

function makersOf(text: string): string[] {
  const signatures = text.matchAll(/export function (\w+)(.*?)^\}/gms)
  return [...signatures]
    .filter(([, , rest = '']) => /\): Fault<[^>]+> \{/.test(rest))
    .map(([, name = '']) => name)
}

function importsOf({ path, text }: Source): string[] {
  return [...text.matchAll(/^import \{([^}]*)\} from '([^']+)'/gm)].flatMap(
    ([, names = '', from = '']) =>
      names.split(',').map(name => `${join(path, '..', from)} ${name.trim()}`),
  )
}

test('every fault is in the table of a contract, and every table is used', async () => {
  const all = await readdir(faults, { recursive: true })
  const passed = [...harmless, ...kits]
  const paths = all.filter(
    path => path.endsWith('.ts') && !path.startsWith('proxy') && !passed.includes(path),
  )
  const sources = await Promise.all(
    paths.map(async path => ({ path, text: await readFile(join(faults, path), 'utf8') })),
  )
  expect(sources.filter(({ text }) => makersOf(text).length > 0).length).toBeGreaterThan(45)
  expect(untried(sources)).toEqual([])
  expect(sources.filter(({ path }) => isTable(path)).length).toBeGreaterThan(5)
  expect(unused(sources)).toEqual([])
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

test('control: a fault in no table is found, also beside one that is, and a table that is not used', () => {
  const maker = (name: string) =>
    `export function ${name}<System extends LabSystem>(\n  select: S,\n): Fault<System> {\n  return x\n}\n`
  const sources = [
    { path: 'http/late.ts', text: maker('late') + maker('later') },
    { path: 'http/match.ts', text: 'export function match(): string {\n  return 1\n}\n' },
    { path: 'redis/lost.ts', text: maker('lost') },
    { path: 'other.test.ts', text: "import { lost } from './redis/lost.ts'\n" },
    { path: `${tables}a-faults.ts`, text: "import { late } from '../../http/late.ts'\n" },
    { path: `${tables}b-faults.ts`, text: "import { lost } from '../../http/lost.ts'\n" },
    { path: `${tables}a.test.ts`, text: "import { faults } from './a-faults.ts'\n" },
  ]
  expect(untried(sources)).toEqual(['http/late.ts later', 'redis/lost.ts lost'])
  expect(unused(sources)).toEqual([`${tables}b-faults.ts`])
})
