import { dirname, join, relative } from 'node:path'
import { Marked } from 'marked'
import type { Page } from './page.ts'
import { style } from './style.ts'

/** A page as HTML, with links between pages as files. A link to another file of the repository is text. */
export function render(page: Page, pages: readonly Page[]): string {
  const known = new Set(pages.map(({ path }) => path))
  const marked = new Marked({
    gfm: true,
    walkTokens: token => {
      if (token.type !== 'link') return
      const to = linkTo(page, `${token.href}`, known)
      token.href = to ?? ''
    },
  })
  const body = marked.parse(page.markdown.replace(/<!-- from \S+ -->\n/g, ''), { async: false })
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(page.title)} · Resilience Lab</title>
<style>${style}</style>
<nav>${navOf(page)}</nav>
<main>${body.replace(/<a href="">([\s\S]*?)<\/a>/g, '$1')}</main>
</html>
`
}

/** Undefined where it leads to no page. */
export function linkTo(from: Page, href: string, known: ReadonlySet<string>): string | undefined {
  if (/^(\w+:|#)/.test(href)) return href
  const [file = '', anchor] = href.split('#')
  const path = join(dirname(sourceOf(from.path)), file)
  const candidates = [path.replace(/\.md$/, ''), join(path, 'README'), join(path, 'index')]
  const found = candidates
    .map(one => (one === 'README' ? 'index' : one))
    .find(one => known.has(one))
  if (found === undefined) return undefined
  return `${relative(dirname(from.path), found)}.html${anchor === undefined ? '' : `#${anchor}`}`
}

const sourceOf = (path: string) => (path === 'index' ? 'README' : path)

const contents = [
  ['index', 'Resilience Lab'],
  ['docs/cookbook/README', 'Cookbook'],
  ['docs/which-fault-for-which-bug', 'Which fault for which bug'],
  ['reference/faults/index', 'Faults'],
  ['reference/checks/index', 'Checks'],
  ['reference/experiments/index', 'Experiments'],
  ['docs/compared/README', 'Compared'],
  ['docs/proxy', 'The proxy'],
  ['docs/architecture', 'Architecture'],
  ['docs/decisions/README', 'Decisions'],
] as const

function navOf({ path }: Page): string {
  return contents
    .map(([to, title]) => {
      const here = to === path ? ' aria-current="page"' : ''
      return `<a href="${relative(dirname(path), to)}.html"${here}>${title}</a>`
    })
    .join('\n')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
