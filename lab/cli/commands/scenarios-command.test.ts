import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test as plainTest, vi } from 'vitest'

/** They mostly wait for a process, so they wait together. */
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 120_000 })

const main = join(import.meta.dirname, '../main.ts')

interface Ended {
  readonly code: number | string | null | undefined
  readonly lines: readonly string[]
  readonly stderr: string
}

function scenarios(cwd: string, ...flags: readonly string[]): Promise<Ended> {
  const options = { cwd, timeout: 100_000 }
  return new Promise(resolve => {
    execFile(process.execPath, [main, 'scenarios', ...flags], options, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, lines: stdout.trimEnd().split('\n'), stderr })
    })
  })
}

/** A project of its own with this catalogue. */
async function project(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'lab-scenarios-'))
  const all = {
    'package.json': '{ "type": "module" }',
    ...files,
  }
  for (const [file, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), text)
  }
  return {
    root,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

const testFile = 'targets/scenarios/orders/a.test.ts'

test('something shows every scenario of the catalogue, and each has a control', async () => {
  const { code, lines, stderr } = await scenarios(join(import.meta.dirname, '../../..'))
  expect(lines.filter(line => / missing | is not in /.test(line))).toEqual([])
  expect(lines.at(-1)).toBe('no control: none')
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

test('lists what shows each, and ends with 0 when none is missing', async () => {
  await using it = await project({
    'docs/scenarios.md': '| ORD-01 | a |\n| ORD-02 | b |\n| LOD-01 | c |\n',
    [testFile]: `
      import { describe, test } from 'vitest'
      describe('ORD-01 buying', () => { test('works', () => {}) })`,
    'experiments/x.ts': '/** Scenarios: ORD-02 */\n',
    'bench/load.ts': '/**\n * Scenarios: LOD-01\n */\n',
  })
  const { code, lines } = await scenarios(it.root)
  expect(lines).toEqual([
    `ORD-01  open        no control  ${testFile}`,
    'ORD-02  experiment  no control  experiments/x.ts',
    'LOD-01  benchmark   no control  bench/load.ts',
    '3 scenarios: 1 experiment, 1 benchmark, 1 open, 0 missing',
    'no control: ORD-01, ORD-02, LOD-01',
  ])
  expect(code).toBe(0)
})

test('tells the controls of each, whether a test or a call of control() defines them', async () => {
  await using it = await project({
    'docs/scenarios.md': '| ORD-01 | a |\n| ORD-02 | b |\n| ORD-03 | c |\n',
    [testFile]: `
      import { describe, test } from 'vitest'
      import { control } from '../control.ts'
      describe('ORD-01 and ORD-02 buying', () => {
        test('works', () => {})
        control(['a-lock', 'a-limit'], 'it breaks (ORD-02)', async () => {})
        control('a-lock', 'it does not', async () => {})
      })
      describe.skip('ORD-03 skipped', () => { control('a-lock', 'x', async () => {}) })
      test('ORD-03 control: in a test', () => {})`,
  })
  const { lines } = await scenarios(it.root, '--json')
  const { states } = JSON.parse(lines.join('\n'))
  const suite = 'ORD-01 and ORD-02 buying'
  const test = { file: testFile, title: `${suite} > works` }
  const first = `${suite} > control: without a-lock and a-limit it breaks (ORD-02)`
  const both = `${suite} > control: without a-lock it does not`
  expect(states).toMatchObject([
    { id: 'ORD-01', tests: [test], controls: [{ title: both }] },
    { id: 'ORD-02', tests: [test], controls: [{ title: first }, { title: both }] },
    { id: 'ORD-03', state: 'missing', controls: [{ title: 'ORD-03 control: in a test' }] },
  ])
})

test('what is skipped, empty, misspelt, a comment or a control shows nothing: 1', async () => {
  await using it = await project({
    'docs/scenarios.md': '| ORD-01 | a |\n| ORD-02 | b |\n',
    [testFile]: `
      import { describe, test } from 'vitest'
      // test('ORD-01 in a comment', () => {})
      test.skip('ORD-01 skipped', () => {})
      test.todo('ORD-01 to do')
      test('ORD-01 control: fails without the defence', () => {})
      describe.skip('ORD-01 skipped', () => { test('inside', () => {}) })
      describe('ORD-01 nothing in it', () => {})
      test('ORD-10 misspelt', () => { 'ORD-01' })`,
  })
  const { code, lines } = await scenarios(it.root)
  expect(lines[0]).toMatch(/^ORD-01 {2}missing /)
  expect(lines).toContain('ORD-10  is not in docs/scenarios.md, but something names it.')
  expect(code).toBe(2)
})

test('outside a project it says where to run: 64', async () => {
  await using it = await project({})
  const { code, stderr } = await scenarios(it.root)
  expect(stderr).toContain('Run this at the root of the project.')
  expect(code).toBe(64)
})
