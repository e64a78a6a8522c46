import { access, mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { lock } from 'proper-lockfile'
import { runTool } from './run-tool.ts'
import { serverCache } from './server-cache.ts'

/** Large ones take some minutes on two cores that have other work. */
const buildWithinMs = 20 * 60_000

/**
 * Builds a Go command (`github.com/owner/name/cmd/tool@v1.2.3`) below the server cache, once, and
 * resolves to the path of its binary. Needs Go's tool chain; safe to call from several processes.
 * @throws {Error} with the last lines of Go's own words when it cannot be built.
 */
export async function goInstall(
  command: string,
  progress: (message: string) => void = () => {},
): Promise<string> {
  const { folder, binary } = await place(command)
  if (await exists(binary)) return binary
  await mkdir(folder, { recursive: true })
  const release = await lock(folder, {
    stale: 30_000,
    retries: { retries: 120, maxTimeout: 1_000 },
  })
  try {
    if (!(await exists(binary))) {
      progress(`building ${command} with Go`)
      await runTool('go', ['install', command], {
        env: { GOBIN: folder },
        timeoutMs: buildWithinMs,
      })
    }
    return binary
  } finally {
    await release()
  }
}

/** The binary that an earlier call built. */
export async function goBuilt(command: string): Promise<string | undefined> {
  const { binary } = await place(command)
  return (await exists(binary)) ? binary : undefined
}

async function place(command: string) {
  const [path = command, version = 'latest'] = command.split('@')
  const folder = join(await serverCache(), `go-${path.replaceAll('/', '_')}-${version}`)
  return { folder, binary: join(folder, basename(path)) }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
