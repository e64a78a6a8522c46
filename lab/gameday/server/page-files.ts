import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../page')

/** What the browser is given, by its path. */
export type PageFiles = ReadonlyMap<string, { readonly type: string; readonly text: string }>

/** Builds the page of its sources once: one script, one style, one document. */
export async function buildPage(): Promise<PageFiles> {
  const [script, style, document] = await Promise.all([
    buildScript(),
    readStyle(),
    readFile(join(folder, 'index.html'), 'utf8'),
  ])
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', text: document }],
    ['/app.js', { type: 'text/javascript; charset=utf-8', text: script }],
    ['/style.css', { type: 'text/css; charset=utf-8', text: style }],
  ])
}

/** In the order of their names. */
async function readStyle(): Promise<string> {
  const names = (await readdir(join(folder, 'style'))).sort()
  const texts = names.map(name => readFile(join(folder, 'style', name), 'utf8'))
  return (await Promise.all(texts)).join('\n')
}

async function buildScript(): Promise<string> {
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    input: join(folder, 'app.ts'),
    platform: 'browser',
    logLevel: 'silent',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  })
  try {
    const { output } = await bundle.generate({ format: 'esm', minify: true })
    const [first] = output
    return first.code
  } finally {
    await bundle.close()
  }
}
