import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { LabError } from '../base/errors.ts'

/** Files in which a project says how the lab finds what it runs. */
export const configFiles = ['ts', 'mts', 'js', 'mjs'].map(ending => `resilience.config.${ending}`)
const settings = z.strictObject({
  experiments: z.string().regex(/^(?!\/|.*\.\.)[\w./-]+$/, 'a folder in the project'),
})

/**
 * Where the experiments of a project are, from its root: as `resilience.config.ts` says, else
 * `experiments`.
 * @throws {LabError} `broken-config`, wrong usage.
 */
export async function experimentsFolder(root: string): Promise<string> {
  const file = configFiles.map(name => join(root, name)).find(existsSync)
  if (file === undefined) return 'experiments'
  const loaded: { readonly default?: unknown } = await import(pathToFileURL(file).href)
  const parsed = settings.safeParse(loaded.default)
  if (parsed.success) return parsed.data.experiments
  throw new LabError(
    {
      code: 'broken-config',
      expected: `${file} to export default { experiments: 'a/folder' }`,
      found: z.prettifyError(parsed.error),
      why: 'Nobody knows where the experiments are.',
      next: 'Correct it, or remove the file: then they are in experiments/.',
    },
    'usage',
  )
}
