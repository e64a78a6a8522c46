import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unprivilegedUser } from '../../lab/processes/unprivileged.ts'
import type { PostgresPrograms } from './postgres-programs.ts'
import { runTool } from './run-tool.ts'
import { serverCache } from './server-cache.ts'
import type { UnpackOptions } from './unpack.ts'

export interface PostgresTemplate {
  readonly dataFolder: string
  /** Of the superuser `postgres`: without one, any user of this machine could run code as ours. */
  readonly password: string
}

/** An initialised data folder, made once per version and user, to be copied for each run. */
export async function postgresTemplate(
  { initdb, version }: PostgresPrograms,
  { cacheFolder, progress }: UnpackOptions = {},
): Promise<PostgresTemplate> {
  const cache = await serverCache(cacheFolder)
  const name = `postgres-template-${version.replace(/[^\d.]+/g, '')}-${process.getuid?.() ?? 0}`
  const folder = join(cache, name)
  if (!existsSync(folder)) {
    progress?.('initialising a Postgres data folder')
    await initialise(initdb, folder, cheapConnects(version))
  }
  return {
    dataFolder: join(folder, 'data'),
    password: await readFile(join(folder, 'password'), 'utf8'),
  }
}

/** Guessing is no danger on loopback, and connects are what many experiments do most. */
function cheapConnects(version: string): readonly string[] {
  const [major = 0] = /\d+/.exec(version)?.map(Number) ?? []
  return major >= 16 ? ['--set', 'scram_iterations=1'] : []
}

async function initialise(initdb: string, folder: string, more: readonly string[]): Promise<void> {
  const user = unprivilegedUser()
  const work = await mkdtemp(`${folder}-`)
  try {
    const password = join(work, 'password')
    const data = join(work, 'data')
    await writeFile(password, randomBytes(12).toString('hex'), { mode: 0o600 })
    await mkdir(data, { mode: 0o700 })
    if (user) await Promise.all([work, password, data].map(p => chown(p, user.uid, user.gid)))
    await runTool(
      initdb,
      [
        ...['--pgdata', data, '--username', 'postgres', '--pwfile', password],
        ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--auth', 'scram-sha-256'],
        ...more,
      ],
      { cwd: work, ...user },
    )
    // Another run may have been faster: then its template is as good.
    await rename(work, folder).catch(error => {
      if (!existsSync(folder)) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** A fresh copy of the template, with its owners. */
export async function copyTemplate(template: PostgresTemplate, dataFolder: string): Promise<void> {
  await runTool('cp', ['-Rp', template.dataFolder, dataFolder])
}
