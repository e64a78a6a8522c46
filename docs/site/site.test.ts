import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { documentedIn } from './docstrings.ts'
import { pagesOf } from './pages.ts'
import { linkTo, render } from './render.ts'

const root = join(import.meta.dirname, '../..')
const pages = await pagesOf(root)
const inFolder = (folder: string) =>
  pages.filter(({ path }) => path.startsWith(`reference/${folder}/`) && !path.endsWith('/index'))

test('every fault, check and experiment has a page with a text of its own', () => {
  expect(inFolder('faults').length).toBeGreaterThan(60)
  expect(inFolder('checks').length).toBeGreaterThan(30)
  expect(inFolder('experiments').length).toBeGreaterThan(20)
  expect(new Set(pages.map(({ path }) => path)).size).toBe(pages.length)
  const untold = pages
    .filter(({ path }) => path.startsWith('reference/'))
    .filter(({ markdown }) => (markdown.split('\n\n')[1] ?? '').trim().length < 20)
  expect(untold.map(({ path }) => path)).toEqual([])
})

test('every link of a page that is made leads to a page, and every link of all is written', () => {
  const known = new Set(pages.map(({ path }) => path))
  const dead = pages
    .filter(({ path }) => path.startsWith('reference/'))
    .flatMap(page =>
      [...page.markdown.matchAll(/\]\(([^)\s]+)\)/g)]
        .filter(([, href = '']) => linkTo(page, href, known) === undefined)
        .map(([, href]) => `${page.path}: ${href}`),
    )
  expect(dead).toEqual([])
  const index = pages.find(({ path }) => path === 'index')
  expect(index && render(index, pages)).toContain('href="docs/checks.html"')
})

test('the table of bugs names faults, checks and experiments that are there', async () => {
  const text = await readFile(join(root, 'docs/which-fault-for-which-bug.md'), 'utf8')
  const rows = text.split('\n').filter(line => /^\| (?!---|the bug)/.test(line))
  expect(rows.length).toBeGreaterThan(25)
  const named = (column: number) =>
    rows.flatMap(row => {
      const cell = row.split('|')[column] ?? ''
      return [...cell.matchAll(/`(\w[\w-]*)`/g)].map(([, name]) => name ?? '')
    })
  const titles = (folder: string) => inFolder(folder).map(({ title }) => title)
  expect(titles('faults')).toEqual(expect.arrayContaining(named(2)))
  expect(titles('checks')).toEqual(expect.arrayContaining(named(3)))
  expect(titles('experiments')).toEqual(expect.arrayContaining(named(4)))
})

test('control: a function is read with its text, its parameters and what it returns', () => {
  const source = `/** Delays\n * answers. */\nexport function late<S extends X>(
    select: (s: S) => Part,
    { by = 1, ...of }: { by?: number; of: [a: 1, b: 2] } = {},
  ): Fault<S> {\n}\nexport function mute(): void {\n}`
  expect(documentedIn(source)).toEqual([
    {
      name: 'late',
      doc: 'Delays\nanswers.',
      parameters: [
        'select: (s: S) => Part',
        '{ by = 1, ...of }: { by?: number; of: [a: 1, b: 2] } = {}',
      ],
      returns: 'Fault<S>',
    },
    { name: 'mute', doc: '', parameters: [], returns: 'void' },
  ])
})
