import { copyFile, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../targets/runtime/run-tool.ts'
import { bundleCheckers, bundleEcharts, bundleProxy } from './bundles.ts'
import { withBuiltImports, withBuiltPaths } from './own-paths.ts'
import { publishedManifest } from './published-manifest.ts'
import { readRootManifest, root } from './root-manifest.ts'
import { roots } from './roots.ts'

const dist = join(root, 'dist')
const cache = join(root, 'node_modules/.cache/package')

/**
 * `pnpm build`: makes `dist/`, which is the package, file by file as the sources lie, since faults are
 * undone by the path of their module and processes are started by the path of their file.
 */
async function main(): Promise<void> {
  await rm(dist, { recursive: true, force: true })
  await compile()
  await correctPaths()
  await Promise.all([bundleProxy(dist), bundleEcharts(dist), bundleCheckers(dist)])
  const manifest = publishedManifest(await readRootManifest())
  await writeFile(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  const papers = ['README.md', 'CHANGELOG.md', 'LICENSE']
  await Promise.all(papers.map(name => copyFile(join(root, name), join(dist, name))))
}

/** By a project of its own, which names the files where the compiler begins. */
async function compile(): Promise<void> {
  const project = join(cache, 'tsconfig.json')
  const files = (await roots()).map(path => join(root, path))
  await mkdir(cache, { recursive: true })
  const extended = join(root, 'packaging/tsconfig.json')
  await writeFile(project, JSON.stringify({ extends: extended, files }))
  await runTool(join(root, 'node_modules/.bin/tsc'), ['--project', project], { timeoutMs: 600_000 })
}

async function correctPaths(): Promise<void> {
  for await (const path of glob('**/*.{js,d.ts}', { cwd: dist })) {
    const file = join(dist, path)
    const text = await readFile(file, 'utf8')
    const correct = path.endsWith('.js') ? withBuiltPaths(text, file) : withBuiltImports(text)
    if (correct !== text) await writeFile(file, correct)
  }
}

await main()
