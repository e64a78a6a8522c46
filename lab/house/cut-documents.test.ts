import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

interface Cut {
  readonly from: string
  readonly code: string
}

/** Code blocks of a document that are cut from a file: `<!-- from PATH -->` stands before them. */
function cutsOf(text: string): readonly Cut[] {
  const blocks = text.matchAll(/<!-- from (\S+) -->\n```\w+\n(.*?)```/gs)
  return [...blocks].map(([, from = '', code = '']) => ({ from, code }))
}

const { stdout } = spawnSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
const documents = stdout.split('\n').filter(Boolean)

test('code that a document cuts from a file stands there, to the letter', async () => {
  let cuts = 0
  for (const document of documents) {
    for (const { from, code } of cutsOf(await readFile(join(root, document), 'utf8'))) {
      cuts++
      const source = await readFile(join(root, from), 'utf8')
      expect(source, `${document}, cut from ${from}`).toContain(code)
    }
  }
  expect(cuts).toBeGreaterThan(5)
})

test('every block of TypeScript in the guides is cut from a file', async () => {
  for (const name of documents.filter(each => /^docs\/writing-an?-.*\.md$/.test(each))) {
    const text = await readFile(join(root, name), 'utf8')
    expect([...text.matchAll(/^```ts$/gm)].length, name).toBe(cutsOf(text).length)
  }
})

test('control: a cut is read with where it comes from', () => {
  const text = 'So:\n\n<!-- from a/b.ts -->\n```ts\nconst a = 1\n```\n\n```ts\nfree()\n```\n'
  expect(cutsOf(text)).toEqual([{ from: 'a/b.ts', code: 'const a = 1\n' }])
})
