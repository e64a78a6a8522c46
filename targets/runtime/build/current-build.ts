import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeOwnFile } from '../../../lab/base/own-file.ts'

/** A build nobody asked for so long is of sources that have changed since. */
const keptMs = 86_400_000

export interface Builder {
  /** Holds the builds, each in a folder named by its content. */
  readonly folder: string
  /** The built files that tell two builds apart: they name all others by the hashes of those. */
  readonly names: readonly string[]
  /** Builds into a folder that is there, and resolves to the paths of all that it read. */
  build(folder: string): Promise<readonly string[]>
}

const look = z.object({ size: z.number(), mtimeMs: z.number() })
/** What the latest build was made of: how each file looked, by its path. */
const record = z.object({ place: z.string(), looks: z.record(z.string(), look) })

/** The folder with a build of the sources as they are now: the latest, or one made now. */
export async function currentBuild(builder: Builder): Promise<string> {
  return (await latestIfFresh(builder)) ?? (await buildAnew(builder))
}

async function latestIfFresh({ folder }: Builder): Promise<string | undefined> {
  const text = await readFile(latestOf(folder), 'utf8').catch(() => 'null')
  const { data } = record.safeParse(JSON.parse(text))
  if (!data) return undefined
  const now = await looksOf(Object.keys(data.looks))
  const isFresh = Object.entries(data.looks).every(([path, { size, mtimeMs }]) => {
    const found = now[path]
    return found?.size === size && found.mtimeMs === mtimeMs
  })
  const isThere = isFresh && (await touch(data.place))
  return isThere ? data.place : undefined
}

async function buildAnew(builder: Builder): Promise<string> {
  const { folder } = builder
  await mkdir(folder, { recursive: true })
  await sweep(folder)
  const work = await mkdtemp(join(folder, 'new-'))
  const { mtimeMs: begunMs } = await stat(work)
  const looks = await looksOf(await builder.build(work))
  const place = await keep(builder, work)
  // What was changed meanwhile may or may not be in it.
  const isKnown = Object.values(looks).every(({ mtimeMs }) => mtimeMs < begunMs)
  if (isKnown) await writeOwnFile(latestOf(folder), JSON.stringify({ place, looks }))
  return place
}

/** The same sources make the same files, which Node has compiled before and another run may use. */
async function keep({ folder, names }: Builder, work: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of names) hash.update(await readFile(join(work, name)))
  const place = join(folder, hash.digest('hex').slice(0, 16))
  try {
    await rename(work, place)
  } catch {
    await rm(work, { recursive: true })
    await touch(place)
  }
  return place
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const place = join(folder, name)
    // Another run may be sweeping, too. The time of day, since it is that of files.
    const mtimeMs = await stat(place).then(
      found => found.mtimeMs,
      () => Date.now(),
    )
    if (Date.now() - mtimeMs > keptMs) await rm(place, { recursive: true, force: true })
  }
}

/** Whether it is there; from now on it counts as asked for. */
async function touch(place: string): Promise<boolean> {
  const now = new Date()
  return utimes(place, now, now).then(
    () => true,
    () => false,
  )
}

async function looksOf(paths: readonly string[]): Promise<z.infer<typeof record>['looks']> {
  const looks = paths.map(async path => {
    // A file that is gone looks different from any.
    const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: 0 }))
    return [path, { size, mtimeMs }] as const
  })
  return Object.fromEntries(await Promise.all(looks))
}

function latestOf(folder: string): string {
  return join(folder, 'latest.json')
}
