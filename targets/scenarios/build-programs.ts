import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { programs } from '../runtime/program.ts'
import { runTool } from '../runtime/run-tool.ts'

const root = join(import.meta.dirname, '../..')
const builds = join(root, 'node_modules/.cache/programs')
/** A build nobody asked for so long is of sources that have changed since. */
const keptMs = 3_600_000

/**
 * Vitest's global set-up: builds the service and its peers into a few files, as teams ship theirs.
 * The scenarios start them more than two hundred times, and Node spends half of a start on finding
 * 1,400 files. Their folder is in `BUILT_PROGRAMS`; not under `pnpm coverage`, which counts lines of
 * the sources.
 */
export default async function buildPrograms(): Promise<void> {
  if (process.env.NODE_V8_COVERAGE !== undefined) return
  await mkdir(builds, { recursive: true })
  await sweep()
  const folder = await mkdtemp(join(builds, 'new-'))
  // As a process of its own, so that its memory is not held by the tests.
  await runTool(join(root, 'node_modules/.bin/rolldown'), [
    ...['--config', join(import.meta.dirname, 'rolldown.config.ts'), '--dir', folder],
  ])
  process.env.BUILT_PROGRAMS = await keep(folder)
}

/** The same sources make the same files, which Node has compiled before and another run may use. */
async function keep(folder: string): Promise<string> {
  const hash = createHash('sha256')
  // They name the files that they import by the hashes of those.
  for (const name of programs) hash.update(await readFile(join(folder, `${name}.mjs`)))
  const place = join(builds, hash.digest('hex').slice(0, 16))
  try {
    await rename(folder, place)
  } catch {
    await rm(folder, { recursive: true })
    const now = new Date()
    await utimes(place, now, now)
  }
  return place
}

async function sweep(): Promise<void> {
  for (const name of await readdir(builds)) {
    const place = join(builds, name)
    // Another run may be sweeping, too. The time of day, since it is that of files.
    const mtimeMs = await stat(place).then(
      found => found.mtimeMs,
      () => Date.now(),
    )
    if (Date.now() - mtimeMs > keptMs) await rm(place, { recursive: true, force: true })
  }
}
