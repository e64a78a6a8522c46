import { chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unprivilegedUser } from '../lab/processes/unprivileged.ts'
import { findServer } from './runtime/find-server.ts'
import { HaproxyAdmin, type MemberState } from './runtime/haproxy-admin.ts'
import { adminSocket, haproxyConfig, type Member, type Pool } from './runtime/haproxy-config.ts'
import { haproxyServer } from './runtime/haproxy-server.ts'
import { reservePort } from './runtime/reserve-port.ts'
import { type ServerContext, ServerPart } from './runtime/server-part.ts'

export type { Member, MemberState, Pool }

export interface HaproxyOptions {
  /** Default `haproxy`. */
  readonly name?: string
  readonly pools: readonly Pool[]
}

/** A running balancer. A killed one comes back on its ports, with every member in its pool. */
export interface Haproxy extends ServerPart {
  readonly url: string
  /** Prometheus format. */
  readonly metricsUrl: string
  readonly version: string
  readonly admin: HaproxyAdmin
}

/** @throws {LabError} `no-server` when there is no HAProxy for this machine. */
export async function startHaproxy(
  context: ServerContext,
  { name = 'haproxy', pools }: HaproxyOptions,
): Promise<Haproxy> {
  const program = await findServer(haproxyServer, { progress: context.progress })
  const folder = join(context.scratchFolder, name)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const user = unprivilegedUser()
  if (user) await chown(folder, user.uid, user.gid)
  const admin = new HaproxyAdmin(join(folder, adminSocket))
  const reserved = { traffic: await reservePort(), metrics: await reservePort() }
  const ports = { traffic: reserved.traffic.port, metrics: reserved.metrics.port }
  const config = join(folder, 'haproxy.cfg')
  await writeFile(config, haproxyConfig(pools, ports))
  await Promise.all(Object.values(reserved).map(port => port.release()))
  const logFile = join(context.runFolder, `${name}.log`)
  const process = await context.guardian.spawn({
    name,
    command: program.command,
    // In the foreground, as one process.
    args: ['-db', '-f', config],
    env: program.env,
    cwd: folder,
    logFile,
    unprivileged: true,
    // At once: the graceful one waits for the last tunnel to end.
    stopSignal: 'SIGTERM',
  })
  const part = new ServerPart(context, process, { port: ports.traffic, logFile }, async () => {
    await admin.members()
  })
  await part.ready()
  return Object.assign(part, {
    url: `http://127.0.0.1:${ports.traffic}`,
    metricsUrl: `http://127.0.0.1:${ports.metrics}/metrics`,
    version: program.version,
    admin,
  })
}
