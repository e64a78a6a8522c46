import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { experimentsFolder } from './experiments-folder.ts'
import type { Storm } from './storm.ts'

const shape = z.object({
  title: z.string().min(1),
  target: z.object({ name: z.string() }),
  workloads: z.record(
    z.string(),
    z.object({
      workload: z.object({ name: z.string() }),
      checks: z.record(z.string(), z.object({ name: z.string() })),
      unfelt: z.record(z.string(), z.string()).optional(),
    }),
  ),
  faults: z.record(z.string(), z.object({ fault: z.object({ label: z.string() }) })),
})

/** The storms of a project: files below `experiments/` that end with `.storm.ts` (or `.js`) and export one. */
export async function loadStorms(root: string): Promise<readonly Storm[]> {
  const storms: Storm[] = []
  for await (const path of glob(`${await experimentsFolder(root)}/**/*.storm.{ts,mts,js,mjs}`, {
    cwd: root,
  })) {
    const loaded: { readonly default?: unknown } = await import(
      pathToFileURL(join(root, path)).href
    )
    storms.push(z.custom<Storm>(value => shape.safeParse(value).success).parse(loaded.default))
  }
  return storms
}
