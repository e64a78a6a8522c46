import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'

/**
 * Completes a tree of unpacked packages where a program is a link into a package that is installed,
 * and so was not unpacked with it: Debian's `redis-server` is a link into `redis-tools`. What such a link
 * leads to is copied from the system, to the same place within the tree.
 */
export async function completeLinks(tree: string, system = '/'): Promise<void> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter(one => one.isSymbolicLink())) {
    const link = join(entry.parentPath, entry.name)
    const target = resolve(dirname(link), await readlink(link))
    const place = relative(tree, target)
    const source = join(system, place)
    if (place.startsWith('..') || existsSync(target) || !existsSync(source)) continue
    await mkdir(dirname(target), { recursive: true })
    await cp(source, target, { recursive: true, dereference: true })
  }
}
