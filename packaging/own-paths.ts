import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** A file beside a module, named by its path: `join(import.meta.dirname, 'main.ts')`, `new URL('./thread.ts', import.meta.url)`. */
const beside =
  /(\bimport\.meta\.dirname, *'(?<joined>[\w./-]+)\.ts')|(\bnew URL\('(?<url>[\w./-]+)\.ts', *import\.meta\.url\))/g

/** What declarations import: the compiler leaves the names of sources in them. */
const imported = /(?<=\b(?:from |import\()')(\.{1,2}\/[\w./-]+)\.ts(?=')/g

/** Declarations with the built files in the place of the sources. */
export function withBuiltImports(declarations: string): string {
  return declarations.replace(imported, '$1.js')
}

/**
 * What a built module says, with the files beside it called as they are called in the build. The
 * compiler does so for imports alone.
 * @throws {Error} where such a file was not built.
 */
export function withBuiltPaths(code: string, file: string): string {
  return code.replace(beside, (text, ...rest) => {
    const { joined, url } = rest.at(-1)
    const path = resolve(dirname(file), `${joined ?? url}.js`)
    if (!existsSync(path)) {
      throw new Error(
        `${file} loads ${path}, which was not built. Name its source in packaging/roots.ts.`,
      )
    }
    return text.replace(/\.ts'/, ".js'")
  })
}
