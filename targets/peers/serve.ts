import { once } from 'node:events'
import { rename, writeFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import type { PeerSettings } from './settings.ts'

/** What a peer opens on its own port; the admin port is a Fastify server for all of them. */
export interface PeerServers {
  /** Resolves to the address once the port accepts: `http://127.0.0.1:4711`, `smtp://…`. */
  listen(): Promise<string>
  close(): Promise<void>
  readonly admin: FastifyInstance
}

/**
 * Runs a peer until SIGTERM or SIGINT, and closes it.
 * @throws {Error} when a port is taken; uncaught, it ends the process with the reason on stderr.
 */
export async function serve(
  settings: PeerSettings,
  { listen, close, admin }: PeerServers,
): Promise<void> {
  const stop = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  const adminUrl = await admin.listen({ host: settings.host, port: settings.adminPort })
  const url = await listen()
  await writeReady(settings.readyFile, { url, adminUrl, pid: process.pid })
  await stop
  await Promise.all([close(), admin.close()])
}

/** Atomic: whoever sees the file sees all of it. */
async function writeReady(path: string, content: object): Promise<void> {
  await writeFile(`${path}.part`, JSON.stringify(content))
  await rename(`${path}.part`, path)
}
