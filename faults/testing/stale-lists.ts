import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faultLists } from './fault-lists.ts'

/** What lists faults otherwise than they are declared, by its path from the root, as it should be. */
export async function staleLists(root: string): Promise<ReadonlyMap<string, string>> {
  const lists = [...(await faultLists(root))]
  const found = lists.map(async ([path, text]) => {
    const before = await readFile(join(root, path), 'utf8').catch(() => '')
    return before === text ? [] : [[path, text] as const]
  })
  return new Map((await Promise.all(found)).flat())
}
