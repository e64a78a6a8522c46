import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  findInstalled,
  noServer,
  type ServerKind,
  type ServerProgram,
} from './runtime/find-server.ts'
import { reservePort } from './runtime/reserve-port.ts'
import { runTool } from './runtime/run-tool.ts'
import { serverCache } from './runtime/server-cache.ts'
import { type ServerContext, ServerPart } from './runtime/server-part.ts'
import type { UnpackOptions } from './runtime/unpack.ts'

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

const goModule = 'github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0'

/** A running Toxiproxy, the original. */
export interface ToxiproxyServer extends ServerPart {
  /** Base URL of its HTTP API. */
  readonly adminUrl: string
}

/** @throws {LabError} when it is neither installed nor can be built. */
export async function startToxiproxy(context: ServerContext): Promise<ToxiproxyServer> {
  const { command } = await findToxiproxy({ progress: context.progress })
  const { port, release } = await reservePort()
  const adminUrl = `http://127.0.0.1:${port}`
  const logFile = join(context.runFolder, 'toxiproxy.log')
  await release()
  const process = await context.guardian.spawn({
    name: 'toxiproxy',
    command,
    args: ['-host', '127.0.0.1', '-port', `${port}`],
    logFile,
  })
  const part = new ServerPart(context, process, { port, logFile }, async () => {
    const answer = await fetch(`${adminUrl}/version`, { signal: AbortSignal.timeout(1_000) })
    if (!answer.ok) throw new Error(`it answers ${answer.status}`)
  })
  await part.ready()
  return Object.assign(part, { adminUrl })
}

/** As `TOXIPROXY_BIN` says, on PATH, else built with the Go tool chain, once. */
export async function findToxiproxy(options: UnpackOptions = {}): Promise<ServerProgram> {
  const tried: string[] = []
  const installed = await findInstalled(toxiproxyServer, tried)
  if (installed) return installed
  try {
    return await fromGo(options)
  } catch (cause) {
    tried.push(`go install ${goModule}: ${cause instanceof Error ? cause.message : cause}`)
    throw noServer('Toxiproxy', tried, toxiproxyServer.install, cause)
  }
}

async function fromGo({ labFolder, progress, signal }: UnpackOptions): Promise<ServerProgram> {
  const folder = join(await serverCache(labFolder), 'toxiproxy-2.12.0')
  const command = join(folder, 'server')
  if (!existsSync(command)) {
    progress?.('building Toxiproxy with go install')
    const work = await mkdtemp(`${folder}-`)
    try {
      const bin = join(work, 'bin')
      await mkdir(bin)
      await runTool('go', ['install', goModule], { env: { GOBIN: bin }, signal })
      // Another run may have been faster: then its build is as good.
      await rename(bin, folder).catch(error => {
        if (!existsSync(command)) throw error
      })
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  }
  return { command, env: {}, version: await runTool(command, ['-version']), from: 'go install' }
}
