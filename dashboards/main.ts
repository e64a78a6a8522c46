import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generated } from './generated.ts'

/** `pnpm dashboards`: writes what is generated from the lists. */
const root = join(import.meta.dirname, '..')
for (const [file, content] of Object.entries(await generated())) {
  await writeFile(join(root, file), content)
  process.stdout.write(`${file}\n`)
}
