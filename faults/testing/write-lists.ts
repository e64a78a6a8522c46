import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { staleLists } from './stale-lists.ts'

/**
 * `pnpm faults`: writes everything anew that lists faults, and names what changed. With `--check` it
 * writes nothing, and ends with 1 where something would change.
 */
const root = join(import.meta.dirname, '../..')
const isCheck = process.argv.includes('--check')
for (const [path, text] of await staleLists(root)) {
  if (isCheck) process.exitCode = 1
  else await writeFile(join(root, path), text)
  process.stdout.write(isCheck ? `${path} is stale: run pnpm faults\n` : `${path} is written\n`)
}
