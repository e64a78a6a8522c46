import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { seenIn } from './alerts/seen.ts'
import { generated, knownSeen, seenFile } from './generated.ts'

/** `pnpm dashboards`: writes what is generated from the lists; `--seen` reads the runs first. */
const root = join(import.meta.dirname, '..')
if (process.argv.includes('--seen')) {
  const seen = await seenIn(root, await knownSeen())
  await writeFile(join(root, seenFile), `${JSON.stringify(seen, undefined, 2)}\n`)
}
for (const [file, content] of Object.entries(await generated())) {
  await writeFile(join(root, file), content)
  process.stdout.write(`${file}\n`)
}
