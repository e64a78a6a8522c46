import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** The mended service of an example with these files as they were written: each has a bug of its own. */
export async function withBugs(example: string, ...files: readonly string[]) {
  const service = `.with-${files.join('-')}`
  const home = join(import.meta.dirname, '..', example)
  const folder = join(home, service)
  await cp(join(home, 'mended'), folder, { recursive: true })
  for (const file of files) await cp(join(home, 'src', file), join(folder, file))
  return { service, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
