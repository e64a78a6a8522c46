import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { idsIn } from './catalogue.ts'
import type { Evidence } from './evidence.ts'

/** Which files may say so, and what they then are. */
const places = [
  { kind: 'experiment', pattern: 'experiments/**/*.ts' },
  { kind: 'benchmark', pattern: 'bench/**/*.ts' },
] as const

/** One piece per ID in a line `Scenarios: ID, ID` of a comment; an ID elsewhere is mere talk. */
export async function evidenceInFiles(root: string): Promise<readonly Evidence[]> {
  const found: Evidence[] = []
  for (const { kind, pattern } of places) {
    for await (const file of glob(pattern, { cwd: root })) {
      if (file.endsWith('.test.ts')) continue
      const text = await readFile(join(root, file), 'utf8')
      for (const id of claimedIn(text)) found.push({ id, kind, file })
    }
  }
  return found
}

/** The IDs a source file claims to show. */
export function claimedIn(source: string): readonly string[] {
  const claims = source.matchAll(/^\s*(?:\/\*\*?|\*|\/\/)\s*Scenarios: (.+)$/gm)
  return [...claims].flatMap(([, ids = '']) => idsIn(ids))
}
