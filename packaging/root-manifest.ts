import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

export const root = join(import.meta.dirname, '..')

const names = z.record(z.string(), z.string())
const manifest = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  exports: names,
  dependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean() })),
})
export type RootManifest = z.infer<typeof manifest>

export async function readRootManifest(): Promise<RootManifest> {
  return manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
}
