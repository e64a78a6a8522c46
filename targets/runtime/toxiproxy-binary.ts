import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { LabError } from '../../lab/errors.ts'
import { goInstall } from './go-install.ts'

export interface ToxiproxyBinary {
  readonly path: string
  readonly from: 'TOXIPROXY_BIN' | 'PATH' | 'go install'
}

const module = 'github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0'

/**
 * Finds the real Toxiproxy's server: `TOXIPROXY_BIN`, else `toxiproxy-server` on PATH, else built
 * once with Go's tool chain (some ten seconds, told through `progress`).
 * @throws {LabError} `toxiproxy-missing` with what was tried and how to install it.
 */
export async function toxiproxyBinary(
  progress: (message: string) => void = () => {},
): Promise<ToxiproxyBinary> {
  const named = process.env.TOXIPROXY_BIN
  if (named) {
    if (await executable(named)) return { path: named, from: 'TOXIPROXY_BIN' }
    throw missing(`TOXIPROXY_BIN=${named}, which is no executable file`)
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  for (const folder of folders) {
    const path = join(folder, 'toxiproxy-server')
    if (await executable(path)) return { path, from: 'PATH' }
  }
  if (!(await anyExecutable(folders, 'go'))) {
    throw missing('no TOXIPROXY_BIN, no toxiproxy-server on PATH, no go on PATH')
  }
  try {
    return { path: await goInstall(module, progress), from: 'go install' }
  } catch (cause) {
    throw missing(`no TOXIPROXY_BIN, no toxiproxy-server on PATH; ${String(cause)}`, cause)
  }
}

function missing(found: string, cause?: unknown): LabError {
  return new LabError(
    {
      code: 'toxiproxy-missing',
      expected: 'the real Toxiproxy server',
      found,
      why: 'it is what ours is compared with, and what injects with --proxy toxiproxy',
      next: `brew install toxiproxy, or (with Go) go install ${module} and set TOXIPROXY_BIN to the file it made`,
      cause,
    },
    'unable',
  )
}

async function anyExecutable(folders: readonly string[], name: string): Promise<boolean> {
  for (const folder of folders) if (await executable(join(folder, name))) return true
  return false
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
