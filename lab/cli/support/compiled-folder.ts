import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { userCache } from '../../base/user-cache.ts'

/** Where Node keeps what it has compiled: the package itself may lie where nothing can be written. */
export function compiledFolder(): string {
  if (import.meta.url.endsWith('.js')) return join(userCache(), 'compiled')
  return fileURLToPath(new URL('../../../node_modules/.cache/lab', import.meta.url))
}
