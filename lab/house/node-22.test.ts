import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const published = '{common,lab,faults,targets,harness,demo}/**/*.ts'
const unpublished =
  /\.test\.ts$|\/(testing|house|traps|conformance)\/|^targets\/(service|scenarios)\//

/** What the published package cannot use, since Node 22 has it not; what is imported is not the global. */
function missingIn22(text: string): readonly string[] {
  const used = text.match(
    /\b(new (Async)?DisposableStack\b|(instanceof|new) SuppressedError\b|Promise\.try\b|RegExp\.escape\b|Error\.isError\b)/g,
  )
  const imported = [...text.matchAll(/^import \{([^}]*)\}/gm)].map(([, names = '']) => names).join()
  return (used ?? []).filter(use => !imported.includes(use.replace('new ', '')))
}

test('what is published uses nothing that Node 22 lacks', async () => {
  const found: string[] = []
  let files = 0
  for await (const path of glob(published, { cwd: root })) {
    if (unpublished.test(path)) continue
    files++
    const uses = missingIn22(await readFile(join(root, path), 'utf8'))
    found.push(...uses.map(use => `${path}: ${use}`))
  }
  expect(files).toBeGreaterThan(300)
  expect(found, 'import it from lab/base/async-disposable-stack.ts, or do without').toEqual([])
})

test('control: a global is found, and what is imported is not', () => {
  const text = 'await using all = new AsyncDisposableStack()'
  expect(missingIn22(text)).toEqual(['new AsyncDisposableStack'])
  expect(missingIn22('if (error instanceof SuppressedError) {}')).toHaveLength(1)
  expect(missingIn22(`import { AsyncDisposableStack } from './a.ts'\n${text}`)).toEqual([])
})
