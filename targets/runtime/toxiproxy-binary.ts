import { messageOf } from '../../lab/base/errors.ts'
import { findInstalled, noServer, type ServerKind } from './find-server.ts'
import { goBuilt, goInstall } from './go-install.ts'

export const toxiproxyServer: ServerKind = {
  name: 'Toxiproxy',
  command: 'toxiproxy-server',
  variable: 'TOXIPROXY_BIN',
  versionArgs: ['-version'],
  packages: [],
  inPackages: [],
  install: {
    apt: 'sudo apt-get install golang, then start again: it is built with go install',
    homebrew: 'brew install shopify/shopify/toxiproxy',
    docker: 'docker run --network host ghcr.io/shopify/toxiproxy:2.12.0',
  },
}

export interface ToxiproxyBinary {
  readonly path: string
  /** `TOXIPROXY_BIN`, `PATH` or `go install`. */
  readonly from: string
}

/** What is built where none is installed; such a build calls itself `git`. */
export const builtToxiproxy = '2.12.0'
const module = `github.com/Shopify/toxiproxy/v2/cmd/server@v${builtToxiproxy}`

/** What is on this machine already: nothing is built. */
export async function findToxiproxy(tried: string[] = []): Promise<ToxiproxyBinary | undefined> {
  const installed = await findInstalled(toxiproxyServer, tried)
  if (installed) return { path: installed.command, from: installed.from }
  const built = await goBuilt(module)
  return built === undefined ? undefined : { path: built, from: 'go install' }
}

/**
 * Finds the real Toxiproxy's server: `TOXIPROXY_BIN`, else `toxiproxy-server` on PATH, else built
 * once with Go's tool chain (some ten seconds, told through `progress`).
 * @throws {LabError} `no-server` with what was tried and how to install it.
 */
export async function toxiproxyBinary(
  progress: (message: string) => void = () => {},
): Promise<ToxiproxyBinary> {
  const tried: string[] = []
  const here = await findToxiproxy(tried)
  if (here) return here
  try {
    return { path: await goInstall(module, progress), from: 'go install' }
  } catch (cause) {
    tried.push(`go install ${module}: ${messageOf(cause)}`)
    throw noServer('Toxiproxy', tried, toxiproxyServer.install, cause)
  }
}
