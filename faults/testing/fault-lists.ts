import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type FaultFile, faultFiles } from './fault-files.ts'
import { faultsBySetting } from './faults-by-setting.ts'

const note = '// Written by `pnpm faults` from what the files of the faults declare.\n'

/** Everything that lists faults, by its path from the root, as it should be. */
export async function faultLists(root: string): Promise<ReadonlyMap<string, string>> {
  const files = (await faultFiles()).filter(({ name }) => name !== undefined)
  const withForm = files.filter(({ form }) => typeof form === 'object')
  const imports = withForm.map(({ path, name }) => `import { form as ${name} } from './${path}.ts'`)
  const lists = new Map([
    ['faults/index.ts', note + exportsOf(files, './')],
    [
      'faults/all-forms.ts',
      `${note}import type { FaultForm } from '../lab/model/fault-form.ts'
${imports.join('\n')}

/** Every fault that can be filled in while a system runs, by family. */
export const allForms: readonly FaultForm[] = [
${withForm.map(({ name }) => `  ${name},`).join('\n')}
].flat()
`,
    ],
  ])
  for (const name of await readdir(join(root, 'harness/faults'))) {
    const path = `harness/faults/${name}`
    const methods = withForm.filter(({ room }) => `${room}.ts` === name)
    lists.set(
      path,
      `${await headOf(join(root, path), 'export')}${exportsOf(methods, '../../faults/')}`,
    )
  }
  const table = 'docs/runtimes.md'
  lists.set(table, `${await headOf(join(root, table), '| fault |')}${await faultsBySetting()}\n`)
  return lists
}

function exportsOf(files: readonly FaultFile[], to: string): string {
  return files.map(({ path, name }) => `export { ${name} } from '${to}${path}.ts'\n`).join('')
}

/** What stands before the list is written by hand. */
async function headOf(file: string, begin: string): Promise<string> {
  const text = await readFile(file, 'utf8')
  return text.slice(0, text.indexOf(begin))
}
