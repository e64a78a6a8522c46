import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverCache } from '../../targets/runtime/server-cache.ts'

/** A folder to run a lab in, with the servers that are unpacked here already. */
export async function projectFolder(): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-project-'))
  // Servers that run as another user must be able to pass through it.
  await chmod(folder, 0o755)
  await mkdir(join(folder, '.lab'))
  await symlink(await serverCache(), join(folder, '.lab/servers'))
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
