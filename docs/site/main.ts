import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { pagesOf } from './pages.ts'
import { render } from './render.ts'

/** `pnpm site [--out FOLDER]`: the site as files, for any web server or to be opened as they are. */
const root = join(import.meta.dirname, '../..')
const { values } = parseArgs({ options: { out: { type: 'string', default: 'site' } } })
const out = join(process.cwd(), values.out)

await rm(out, { recursive: true, force: true })
const pages = await pagesOf(root)
for (const page of pages) {
  const file = join(out, `${page.path}.html`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, render(page, pages))
}
await cp(join(root, 'docs/images'), join(out, 'docs/images'), { recursive: true })
process.stdout.write(`${pages.length} pages; open ${join(values.out, 'index.html')}\n`)
