import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { defineConfig, type Plugin } from 'rolldown'
import { mains, root } from './mains.ts'

const proxy = join(root, 'faults/proxy')
const kinds = ['toxics', 'protocols'].map(name => join(proxy, name))

/** What the proxy finds by listing folders when it starts is listed here. */
const listed: Plugin = {
  name: 'listed',
  load: {
    filter: { id: join(proxy, 'kinds.ts') },
    handler: () => {
      const files = kinds.flatMap(folder =>
        readdirSync(folder)
          .filter(name => /^[a-z0-9_-]+\.ts$/.test(name))
          .map(name => join(folder, name)),
      )
      const imports = files.map((file, i) => `import * as kind${i} from ${JSON.stringify(file)}`)
      const names = files.map((_file, i) => `kind${i}`)
      return `${imports.join('\n')}\nexport const kinds = async () => [${names.join(', ')}]`
    },
  },
}

/** A thread is a file of its own, beside the one that starts it. */
const threads: Plugin = {
  name: 'threads',
  transform: {
    filter: { code: /new Worker\(new URL\(/ },
    handler(code, id) {
      return code.replace(/new URL\('(\.\/[\w-]+)\.ts', import\.meta\.url\)/g, (_all, path) => {
        const fileName = `${basename(path)}.mjs`
        this.emitFile({ type: 'chunk', id: join(dirname(id), `${path}.ts`), fileName })
        return `new URL('./${fileName}', import.meta.url)`
      })
    },
  },
}

/** One character beyond ASCII makes two bytes of each, in memory and for whoever reads them. */
const ascii: Plugin = {
  name: 'ascii',
  renderChunk: code => code.replace(/[^\0-\x7f]/g, escaped),
}

/** Says which files of ours it was made of: a build is as old as they are. */
const sources: Plugin = {
  name: 'sources',
  generateBundle() {
    const files = [...this.getModuleIds()].filter(
      id => /^[^\0]*\.ts$/.test(id) && !id.includes('node_modules'),
    )
    const source = JSON.stringify([...files, ...kinds])
    this.emitFile({ type: 'asset', fileName: 'sources.json', source })
  },
}

export default defineConfig({
  platform: 'node',
  input: mains,
  // Is compiled code, which stays a file of its own.
  external: '@node-rs/argon2',
  output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
  plugins: [listed, threads, ascii, sources],
})

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
