/**
 * `DIRECTORY_URL=… node backup-main.ts backup FILE` writes all that a directory holds into a file,
 * while it is in use; `… restore FILE` fills an empty database, of any of the three kinds, with it.
 */
import { readFile, rename, writeFile } from 'node:fs/promises'
import { restoreBackup, writeBackup } from './backup.ts'
import { migrateEngine, openEngine } from './open-engine.ts'

const [task, file = ''] = process.argv.slice(2)
const url = process.env.DIRECTORY_URL ?? ''
// Nobody waits for its answer, and a backup of a busy server matters most.
await using engine = openEngine(url, { acquireMs: 30_000, statementMs: 60_000 })
if (task === 'backup') {
  const lines: string[] = []
  await writeBackup(engine, line => lines.push(line))
  // A file that is there is whole.
  await writeFile(`${file}.part`, `${lines.join('\n')}\n`, { mode: 0o600 })
  await rename(`${file}.part`, file)
} else if (task === 'restore') {
  await migrateEngine(engine)
  await restoreBackup(engine, (await readFile(file, 'utf8')).split('\n').filter(Boolean))
} else {
  throw new Error('Usage: DIRECTORY_URL=… backup-main.ts backup|restore FILE')
}
