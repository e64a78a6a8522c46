import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readOwnFile } from '../base/own-file.ts'
import { parseJson } from '../base/parse-json.ts'
import { experimentsWithResults, type Found, reasonOf, type Unreadable } from './past-runs.ts'

const claim = z.object({
  kind: z.enum(['defence', 'control']),
  name: z.string(),
  off: z.array(z.string()),
  breaks: z.string(),
  mayAlsoBreak: z.array(z.string()),
})

const pastProof = z.object({
  experiment: z.string(),
  startedAt: z.string(),
  proved: z.boolean(),
  proofs: z.array(
    z.object({
      claim,
      proved: z.boolean(),
      problems: z.array(z.string()),
      witness: z.object({ what: z.string(), atMs: z.number() }).exactOptional(),
    }),
  ),
})

/** One call of `pnpm prove NAME`, as it was kept. */
export type PastProof = z.infer<typeof pastProof> & {
  /** Relative to the project. */
  readonly file: string
}

/** All proofs kept in `runs/NAME/proofs/`, the oldest first. */
export async function readPastProofs(root: string): Promise<Found<PastProof>> {
  const found: PastProof[] = []
  const unreadable: Unreadable[] = []
  for (const name of await experimentsWithResults(root)) {
    // What scenarios miss is kept beside them, in a form of its own.
    if (name === 'scenarios') continue
    const files = await readdir(join(root, 'runs', name, 'proofs')).catch(() => [])
    for (const file of files.filter(each => each.endsWith('.json') && !each.startsWith('.'))) {
      const path = `runs/${name}/proofs/${file}`
      try {
        found.push(parsePastProof(await readOwnFile(join(root, path)), path))
      } catch (error) {
        unreadable.push({ file: path, why: reasonOf(error) })
      }
    }
  }
  return { found: found.sort((a, b) => a.startedAt.localeCompare(b.startedAt)), unreadable }
}

/** @throws {Error} with the first thing that is wrong. */
export function parsePastProof(text: string, file: string): PastProof {
  const parsed = pastProof.safeParse(parseJson(text))
  if (parsed.success) return { ...parsed.data, file }
  throw new Error(`not the result of a proof: ${z.prettifyError(parsed.error).split('\n')[0]}`)
}
