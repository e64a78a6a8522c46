import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from './run-tool.ts'

export interface DownloadOptions {
  /** Private package lists are kept here, when the system's do not serve. */
  readonly cache: string
  readonly progress: (message: string) => void
  readonly signal?: AbortSignal | undefined
}

type AptOptions = readonly string[]

const base: AptOptions = [
  '--option=Debug::NoLocking=1',
  '--option=APT::Sandbox::User=',
  '--no-install-recommends',
  '--yes',
  '--quiet',
]

/**
 * Downloads the packages, and whatever they need that is not installed, into `folder`. Changes
 * nothing of the system. First with the system's package lists; where these are absent or too old
 * to download from, with private ones (an ordinary user may not refresh the system's).
 */
export async function downloadPackages(
  packages: readonly string[],
  folder: string,
  { cache, progress, signal }: DownloadOptions,
): Promise<readonly string[]> {
  try {
    return await download(base, packages, folder, signal)
  } catch {
    signal?.throwIfAborted()
    const own = await privateLists(cache)
    progress('fetching package lists')
    // A third-party source that fails must not hide the others: what counts is what resolves.
    await runTool('apt-get', [...own, 'update'], { signal }).catch(() => {})
    return download(own, packages, folder, signal)
  }
}

async function download(
  apt: AptOptions,
  packages: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const wanted = await resolvePackages(apt, packages)
  await runTool('apt-get', [...apt, 'download', ...wanted], { cwd: folder, signal })
  return wanted
}

/** `name=version` of all that is missing; upgrades of what is installed are left out. */
async function resolvePackages(
  apt: AptOptions,
  packages: readonly string[],
): Promise<readonly string[]> {
  const plan = await runTool('apt-get', [...apt, '--simulate', 'install', ...packages])
  const missing = new Map(
    [...plan.matchAll(/^Inst (\S+) \((\S+)/gm)].map(([, name = '', version = '']) => [
      name,
      version,
    ]),
  )
  // What is asked for is wanted in any case: an installed package may lie where we cannot use it.
  const installed = packages.filter(name => !missing.has(name))
  return [...installed, ...Array.from(missing, ([name, version]) => `${name}=${version}`)]
}

async function privateLists(cache: string): Promise<AptOptions> {
  const state = join(cache, '.apt', 'state')
  const archive = join(cache, '.apt', 'cache')
  await mkdir(join(state, 'lists', 'partial'), { recursive: true })
  await mkdir(join(archive, 'archives', 'partial'), { recursive: true })
  return [
    ...base,
    `--option=Dir::State=${state}`,
    `--option=Dir::State::lists=${join(state, 'lists')}`,
    '--option=Dir::State::status=/var/lib/dpkg/status',
    `--option=Dir::Cache=${archive}`,
  ]
}
