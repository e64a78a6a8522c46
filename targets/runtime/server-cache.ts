import { join } from 'node:path'
import { userCache } from '../../lab/base/user-cache.ts'
import { reachableFolder } from '../../lab/ledger/reachable-folder.ts'
import { writableFolder } from '../../lab/ledger/writable-folder.ts'

/**
 * Where servers are kept, for all projects of this user: each is fetched once. Below the user's cache,
 * or outside where only root could get there.
 */
export async function serverCache(cacheFolder = userCache()): Promise<string> {
  return writableFolder(join(await reachableFolder(cacheFolder), 'servers'))
}
