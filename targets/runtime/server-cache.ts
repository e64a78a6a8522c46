import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { reachableFolder } from '../../lab/reachable-folder.ts'

/** Where servers are kept between runs: `.lab/servers`, or outside where only root could get there. */
export async function serverCache(labFolder = resolve('.lab')): Promise<string> {
  const cache = join(await reachableFolder(labFolder), 'servers')
  await mkdir(cache, { recursive: true })
  return cache
}
