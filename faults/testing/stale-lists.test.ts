import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { staleLists } from './stale-lists.ts'

const root = join(import.meta.dirname, '../..')

test('control: a list is stale where a fault is missing, and where one is that is no more', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'lab-lists-'))
  try {
    for (const path of ['docs/runtimes.md', 'faults/all-forms.ts', 'harness/faults']) {
      await cp(join(root, path), join(copy, path), { recursive: true })
    }
    expect([...(await staleLists(copy)).keys()], 'a file is missing').toEqual(['faults/index.ts'])
    await cp(join(root, 'faults/index.ts'), join(copy, 'faults/index.ts'))
    expect((await staleLists(copy)).size, 'copied').toBe(0)
    const methods = join(copy, 'harness/faults/http.ts')
    const before = await readFile(methods, 'utf8')
    await writeFile(methods, before.replace(/^export .*\n/m, ''))
    expect(await staleLists(copy)).toEqual(new Map([['harness/faults/http.ts', before]]))
    await writeFile(methods, `${before}export { gone } from '../../faults/http/gone.ts'\n`)
    expect(await staleLists(copy)).toEqual(new Map([['harness/faults/http.ts', before]]))
  } finally {
    await rm(copy, { recursive: true })
  }
})
