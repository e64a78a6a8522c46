import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../runtime/run-tool.ts'

const root = join(import.meta.dirname, '../..')
const builds = join(root, 'node_modules/.cache/service-builds')
/** A build nobody asked for so long is of sources that have changed since. */
const keptMs = 3_600_000

/**
 * Vitest's global set-up: builds the service into a few files, as teams ship theirs. The scenarios
 * start it some two hundred times, and Node spends half of a start on finding 1,400 files. Their
 * path is in `SERVICE_MAIN`; not under `pnpm coverage`, which counts lines of the sources.
 */
export default async function buildService(): Promise<void> {
  if (process.env.NODE_V8_COVERAGE !== undefined) return
  await mkdir(builds, { recursive: true })
  await sweep()
  const folder = await mkdtemp(join(builds, 'new-'))
  await build(folder)
  const main = (await readdir(folder)).find(name => name.startsWith('main-'))
  if (!main) throw new Error(`expected rolldown to write main-….mjs to ${folder}, found none`)
  process.env.SERVICE_MAIN = join(await keep(folder, join(builds, main)), main)
}

/** As a process of its own, so that its memory is not held by the tests. */
async function build(folder: string): Promise<void> {
  await runTool(join(root, 'node_modules/.bin/rolldown'), [
    join(root, 'targets/service/main.ts'),
    ...['--dir', folder, '--platform', 'node'],
    ...['--entryFileNames', 'main-[hash].mjs', '--chunkFileNames', '[name]-[hash].mjs'],
    // Is compiled code, which stays a file of its own.
    ...['--external', '@node-rs/argon2'],
  ])
}

/** The same sources make the same files, which Node has compiled before and another run may use. */
async function keep(folder: string, place: string): Promise<string> {
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
