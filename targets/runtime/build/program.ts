import { join } from 'node:path'
import { builtPrograms } from './built-programs.ts'
import { mains, type Program } from './mains.ts'

/**
 * Its file: what was built of the sources as they are now (in the folder that `BUILT_PROGRAMS`
 * names, where it is set), or its source where nothing is built.
 */
export async function programFile(name: Program): Promise<string> {
  const folder = process.env.BUILT_PROGRAMS ?? (await builtPrograms())
  return folder ? join(folder, `${name}.mjs`) : mains[name]
}
