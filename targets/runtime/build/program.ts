import { join } from 'node:path'
import { isBuilt } from '../../../lab/base/installation.ts'
import { mains, type Program, root } from './mains.ts'

/**
 * Its file: what was built of the sources as they are now (in the folder that `BUILT_PROGRAMS`
 * names, where it is set), or its source where nothing is built. The package brings what it has built.
 */
export async function programFile(name: Program): Promise<string> {
  if (isBuilt) return join(root, 'programs', `${name}.mjs`)
  const folder = process.env.BUILT_PROGRAMS ?? (await builtPrograms())
  return folder ? join(folder, `${name}.mjs`) : mains[name]
}

/** Loaded by a name that the package's compiler does not follow: the package has no sources. */
async function builtPrograms(): Promise<string | undefined> {
  const file: string = './built-programs.ts'
  const module: { readonly builtPrograms: typeof builtPrograms } = await import(file)
  return module.builtPrograms()
}
