import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Documented, documentedIn } from './docstrings.ts'
import type { Page } from './page.ts'
import { type Users, usedIn } from './used-in.ts'

export interface CheckerDocument extends Documented {
  readonly file: string
}

/** Every check that `lab/checkers/index.ts` exports, by its docstring. */
export async function checkerDocuments(root: string): Promise<readonly CheckerDocument[]> {
  const index = await readFile(join(root, 'lab/checkers/index.ts'), 'utf8')
  const exported = new Set(index.match(/\w+/g))
  const found: CheckerDocument[] = []
  for await (const file of glob('lab/checkers/**/*.ts', { cwd: root })) {
    if (/\.test\.ts$|\/(testing|oracles)\//.test(file)) continue
    const all = documentedIn(await readFile(join(root, file), 'utf8'))
    const checks = all.filter(({ name, returns }) => returns === 'Checker' && exported.has(name))
    found.push(...checks.map(one => ({ ...one, file })))
  }
  return found.toSorted((a, b) => a.name.localeCompare(b.name))
}

export function checkerPage({ name, doc, parameters, file }: CheckerDocument, users: Users): Page {
  const signature = `${name}(\n${parameters.map(one => `  ${one},\n`).join('')})`
  const lines = [
    `# ${name}`,
    doc,
    `\`\`\`ts\n${signature}\n\`\`\``,
    `From \`${file}\`. What its words mean, and when it refuses to tell: [checks](../../docs/checks.md).`,
    usedIn(users, name),
  ]
  return { path: `reference/checks/${name}`, title: name, markdown: lines.join('\n\n') }
}
