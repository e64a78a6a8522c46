import { join } from 'node:path'
import { isBuilt } from '../../base/installation.ts'

const root = join(import.meta.dirname, '../../..')

/**
 * The file of a module that comes with the lab in faults or targets. The lab does not import them, so
 * its commands load what they need of them by path.
 * @param path from the root, without its ending: `targets/runtime/probes`.
 */
export function besideTheLab(path: string): string {
  return join(root, `${path}${isBuilt ? '.js' : '.ts'}`)
}
