import { spawnSync } from 'node:child_process'
import { glob, readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
/** Has nothing to hurt: the example, and the zero of every measurement. */
const harmless = 'noop.ts'
/** What faults are made with. */
const kits = ['own-toxic-fault.ts', 'message-fault.ts', 'client-fault.ts', 'network/toxic-fault.ts']
/** These are users themselves, and what they hurt is seen at the server: each has a test of its own. */
const clients = 'clients/'

interface Source {
  /** Relative to the folder of the faults. */
  readonly path: string
  readonly text: string
}

/** Every exported function that makes a fault, and what its file lacks to declare it. */
function lacking(sources: readonly Source[]): readonly string[] {
  const tests = sources.filter(({ text }) => /^clientContract\(/m.test(text))
  const tested = new Set(tests.map(({ path }) => path.replace('.test.ts', '.ts')))
  return sources.flatMap(({ path, text }) =>
    makersOf(text).flatMap(name => {
      const declares = (what: string) => new RegExp(`^export const ${what}\\b`, 'm').test(text)
      const isTried = path.startsWith(clients) ? tested.has(path) : declares('examples')
      return [
        basename(path) === `${name.replace(/[A-Z]/g, '-$&').toLowerCase()}.ts`
          ? []
          : 'its own file',
        declares('form') ? [] : 'form',
        isTried || path === harmless ? [] : 'examples',
      ]
        .flat()
        .map(lack => `${path} ${name}: ${lack}`)
    }),
  )
}

function makersOf(text: string): string[] {
  const signatures = text.matchAll(/export function (\w+)(.*?)^\}/gms)
  return [...signatures]
    .filter(([, , rest = '']) => /\): Fault<[^>]+> \{/.test(rest))
    .map(([, name = '']) => name)
}

test('every fault declares in its own file how it is filled in and how it is tried', async () => {
  const faults = join(root, 'faults')
  const paths = (await readdir(faults, { recursive: true })).filter(
    path => path.endsWith('.ts') && !path.startsWith('proxy') && !kits.includes(path),
  )
  const sources = await Promise.all(
    paths.map(async path => ({ path, text: await readFile(join(faults, path), 'utf8') })),
  )
  expect(sources.flatMap(({ text }) => makersOf(text)).length).toBeGreaterThan(60)
  expect(lacking(sources)).toEqual([])
})

test('what lists the faults is made from what they declare', () => {
  const check = ['faults/testing/write-lists.ts', '--check']
  const { stdout, stderr, status } = spawnSync(process.execPath, check, {
    cwd: root,
    encoding: 'utf8',
  })
  expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 })
})

/** Modules with an undo whose arguments nobody could check before the fault is made. */
function unchecked(sources: readonly Source[]): readonly string[] {
  const undos = sources.filter(({ text }) => /^export (async )?function undo\(/m.test(text))
  return undos.filter(({ text }) => !/^export const undoArgs\b/m.test(text)).map(({ path }) => path)
}

test('every undo exports what parses its arguments', async () => {
  const sources: Source[] = []
  for await (const path of glob('{faults,targets,lab/guardian}/**/*.ts', { cwd: root })) {
    sources.push({ path, text: await readFile(join(root, path), 'utf8') })
  }
  expect(sources.filter(({ text }) => /function undo\(/.test(text)).length).toBeGreaterThan(4)
  expect(unchecked(sources)).toEqual([])
  const text = 'export async function undo(args: Json): Promise<void> {}'
  expect(unchecked([{ path: 'careless.ts', text }]), 'control').toEqual(['careless.ts'])
})

test('control: a fault is found that shares a file, cannot be filled in, or is not tried', () => {
  const maker = (name: string) =>
    `export function ${name}<System extends LabSystem>(\n  select: S,\n): Fault<System> {\n  return x\n}\n`
  const form = "export const form = 'nobody can'\n"
  const examples = 'export const examples: Examples<Linked> = part => []\n'
  const sources = [
    { path: 'http/late.ts', text: maker('late') + maker('later') + form + examples },
    { path: 'http/match.ts', text: 'export function match(): string {\n  return 1\n}\n' },
    { path: 'redis/lost-reply.ts', text: maker('lostReply') },
    { path: 'clients/calm.ts', text: maker('calm') + form },
    { path: 'clients/rude.ts', text: maker('rude') + form },
    { path: 'clients/rude.test.ts', text: 'clientContract([rude(site), hurts])\n' },
  ]
  expect(lacking(sources)).toEqual([
    'http/late.ts later: its own file',
    'redis/lost-reply.ts lostReply: form',
    'redis/lost-reply.ts lostReply: examples',
    'clients/calm.ts calm: examples',
  ])
})
