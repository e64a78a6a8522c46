import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { LabError, messageOf } from '../base/errors.ts'

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
  const loaded = await load(file)
  const parsed = settings.safeParse(loaded.default)
  if (!parsed.success) throw broken(file, z.prettifyError(parsed.error))
  const { experiments } = parsed.data
  if (!existsSync(join(root, experiments))) throw broken(file, `no folder ${experiments} beside it`)
  return experiments
}

async function load(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (cause) {
    throw broken(file, `it cannot be loaded: ${messageOf(cause)}`, cause)
  }
}

function broken(file: string, found: string, cause?: unknown): LabError {
  return new LabError(
    {
      code: 'broken-config',
      expected: `${file} to export default { experiments: 'a/folder' }`,
      found,
      why: 'Nobody knows where the experiments are.',
      next: 'Correct it, or remove the file: then they are in experiments/.',
      cause,
    },
    'usage',
  )
}
