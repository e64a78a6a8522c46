import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import lockfile from 'proper-lockfile'
import { LabError } from '../../lab/base/errors.ts'
import { downloadPackages } from './apt.ts'
import { completeLinks } from './complete-links.ts'
import { runTool } from './run-tool.ts'
import { serverCache } from './server-cache.ts'

/** The files of distribution packages, usable where they lie, without having been installed. */
export interface Unpacked {
  readonly folder: string
  /** `PATH` and `LD_LIBRARY_PATH` for programs in it. */
  readonly env: Readonly<Record<string, string>>
  /**
   * Absolute path of the first of these (`usr/sbin/mariadbd`) that exists.
   * @throws {LabError} `incomplete-packages` when none does.
   */
  file(...candidates: readonly string[]): string
}

export interface UnpackOptions {
  /** Default the cache of this user. */
  readonly cacheFolder?: string
  readonly progress?: (message: string) => void
  readonly signal?: AbortSignal
}

/**
 * Downloads packages of this distribution (Debian, Ubuntu) with what they need and this machine
 * lacks, and unpacks them into the server cache, as any user. Kept between runs; two runs at once
 * do the work once. `name` is for people: it names the folder and the progress messages.
 * @throws {Error} with the reason where the packages cannot be had; the cache is left as it was.
 */
export async function unpack(
  name: string,
  packages: readonly string[],
  options: UnpackOptions = {},
): Promise<Unpacked> {
  const { cache, folder } = await place(name, packages, options)
  if (!existsSync(folder)) await unpackOnce(name, packages, cache, folder, options)
  return describe(folder)
}

/** What an earlier run unpacked: downloads nothing. */
export async function findUnpacked(
  name: string,
  packages: readonly string[],
  options: UnpackOptions = {},
): Promise<Unpacked | undefined> {
  const { folder } = await place(name, packages, options)
  return existsSync(folder) ? describe(folder) : undefined
}

async function place(name: string, packages: readonly string[], { cacheFolder }: UnpackOptions) {
  const cache = await serverCache(cacheFolder)
  const content = JSON.stringify([packages, process.arch])
  const key = createHash('sha256').update(content).digest('hex').slice(0, 8)
  return { cache, folder: join(cache, `${name}-${key}`) }
}

async function unpackOnce(
  name: string,
  packages: readonly string[],
  cache: string,
  folder: string,
  { progress = () => {}, signal }: UnpackOptions,
): Promise<void> {
  // Another run may be at it: wait for as long as a slow download may take.
  const release = await lockfile.lock(cache, {
    lockfilePath: `${folder}.lock`,
    retries: { retries: 600, factor: 1, minTimeout: 250, maxTimeout: 250 },
  })
  const work = await mkdtemp(join(cache, `.${name}-`))
  try {
    if (existsSync(folder)) return
    progress(`downloading ${name} from the packages of this distribution`)
    const archives = join(work, 'archives')
    const tree = join(work, 'tree')
    await Promise.all([mkdir(archives), mkdir(tree)])
    const wanted = await downloadPackages(packages, archives, { cache, progress, signal })
    progress(`unpacking ${name} (${wanted.length} packages)`)
    for (const archive of await readdir(archives)) {
      await runTool('dpkg-deb', ['--extract', join(archives, archive), tree])
    }
    await completeLinks(tree)
    await writeFile(join(tree, 'packages.json'), JSON.stringify(wanted, undefined, 2))
    await runTool('chmod', ['-R', 'a+rX', tree])
    await rename(tree, folder)
  } finally {
    await rm(work, { recursive: true, force: true })
    await release()
  }
}

async function describe(folder: string): Promise<Unpacked> {
  const triplets = await readdir(join(folder, 'usr/lib')).catch(() => [])
  const shared = ['usr/lib', 'lib', ...triplets.flatMap(t => [`usr/lib/${t}`, `lib/${t}`])]
    .map(path => join(folder, path))
    .filter(path => existsSync(path))
  const own = await Promise.all(shared.map(ownLibraries))
  const libraries = [...new Set([...shared, ...own.flat()])]
  const programs = ['usr/bin', 'usr/sbin', 'bin', 'sbin'].map(path => join(folder, path))
  return {
    folder,
    env: {
      LD_LIBRARY_PATH: libraries.join(delimiter),
      PATH: [...programs, process.env.PATH ?? ''].join(delimiter),
    },
    file: (...candidates) => {
      const found = candidates.map(path => join(folder, path)).find(path => existsSync(path))
      if (found === undefined) throw incomplete(folder, candidates)
      return found
    },
  }
}

/**
 * Folders in which a package keeps libraries of its own. An installed one finds them by the absolute
 * path that was built into it, as PulseAudio's client does, of which Chromium makes use.
 */
async function ownLibraries(shared: string): Promise<readonly string[]> {
  const entries = await readdir(shared, { withFileTypes: true })
  const folders = entries.filter(one => one.isDirectory()).map(({ name }) => join(shared, name))
  const names = await Promise.all(folders.map(folder => readdir(folder)))
  return folders.filter((_, index) => names[index]?.some(name => /^lib.*\.so(\.|$)/.test(name)))
}

function incomplete(folder: string, candidates: readonly string[]): LabError {
  return new LabError(
    {
      code: 'incomplete-packages',
      expected: `${folder} to hold ${candidates.join(' or ')}`,
      found: 'none',
      why: 'a server is started from there',
      next: 'remove that folder, then start again: it is downloaded anew',
    },
    'unable',
  )
}
