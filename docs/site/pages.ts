import { spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkerDocuments, checkerPage } from './checkers.ts'
import { experimentPages } from './experiments.ts'
import { faultDocuments, faultPage } from './faults.ts'
import type { Page } from './page.ts'
import { readUsers } from './used-in.ts'

/** Every page of the site: the documents of the repository, and what is made from docstrings. */
export async function pagesOf(root: string): Promise<readonly Page[]> {
  const [documents, reference] = await Promise.all([documentsOf(root), referenceOf(root)])
  return [...documents, ...reference]
}

async function documentsOf(root: string): Promise<readonly Page[]> {
  const { stdout } = spawnSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  const files = stdout.split('\n').filter(Boolean)
  return Promise.all(
    files.map(async file => {
      const markdown = await readFile(join(root, file), 'utf8')
      const title = /^# (.+)$/m.exec(markdown)?.[1] ?? file
      return { path: file === 'README.md' ? 'index' : file.replace(/\.md$/, ''), title, markdown }
    }),
  )
}

async function referenceOf(root: string): Promise<readonly Page[]> {
  const users = await readUsers(root)
  const inTests = await faultsInTests(root)
  const faults = (await faultDocuments(root)).map(one => faultPage(one, users, inTests))
  const checks = (await checkerDocuments(root)).map(one => checkerPage(one, users))
  const experiments = await experimentPages(root, users)
  return [
    ...faults,
    ...checks,
    ...experiments,
    indexPage('faults', 'Faults', faults),
    indexPage('checks', 'Checks', checks),
    indexPage('experiments', 'Experiments', experiments),
  ]
}

/** Names that the harness offers as methods. */
async function faultsInTests(root: string): Promise<ReadonlySet<string>> {
  const folder = join(root, 'harness/faults')
  const texts = await Promise.all(
    (await readdir(folder)).map(name => readFile(join(folder, name), 'utf8')),
  )
  return new Set(
    texts.flatMap(text => [...text.matchAll(/export \{ (\w+) \}/g)].map(([, name]) => name ?? '')),
  )
}

/** Each with the beginning of its text. */
function indexPage(folder: string, title: string, pages: readonly Page[]): Page {
  const rows = pages.map(page => {
    const [, first = ''] = page.markdown.split('\n\n')
    const sentence = /^[\s\S]*?[.](?=\s|$)/.exec(first)?.[0] ?? first
    return `- [${page.title}](${page.path.split('/').at(-1)}.md): ${sentence.replace(/\s+/g, ' ')}`
  })
  return {
    path: `reference/${folder}/index`,
    title,
    markdown: `# ${title}\n\n${rows.join('\n')}\n`,
  }
}
