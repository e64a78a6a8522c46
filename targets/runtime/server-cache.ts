import { join, resolve } from 'node:path'
import { reachableFolder } from '../../lab/ledger/reachable-folder.ts'
import { writableFolder } from '../../lab/ledger/writable-folder.ts'

/** Where servers are kept between runs: `.lab/servers`, or outside where only root could get there. */
export async function serverCache(labFolder = resolve('.lab')): Promise<string> {
  return writableFolder(join(await reachableFolder(labFolder), 'servers'))
}
