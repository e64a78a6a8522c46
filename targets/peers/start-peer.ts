import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type ReservedPort, reservePort } from '../runtime/reserve-port.ts'
import { type ServerContext, ServerPart } from '../runtime/server-part.ts'
import { PeerAdmin } from './peer-admin.ts'

const ready = z.object({ url: z.url(), adminUrl: z.url(), pid: z.int() })

/** A started peer. A killed one comes back on the same ports, with its books and without faults. */
export interface Peer<FaultRequest> extends ServerPart {
  /** Its own address, past any link: `http://127.0.0.1:14711`. */
  readonly url: string
  /** Faults and statements. */
  readonly admin: PeerAdmin<FaultRequest>
}

export interface PeerPlan {
  /** Unique within the run: names its process, its log and its data. */
  readonly name: string
  readonly main: string
  /** Beyond those that every peer has. */
  readonly settings: object
  /** Where it listens; default any free port. */
  readonly at?: ReservedPort
}

/**
 * Starts a peer as a child of the guardian and waits until both its ports accept.
 * @throws {LabError} when it does not in time, or ends before.
 */
export async function startPeer<FaultRequest>(
  context: ServerContext,
  { name, main, settings, at }: PeerPlan,
): Promise<Peer<FaultRequest>> {
  const folder = join(context.scratchFolder, name)
  await mkdir(folder, { recursive: true })
  const configFile = join(folder, 'peer.json')
  const readyFile = join(folder, 'ready.json')
  const adminToken = randomBytes(16).toString('hex')
  const ports = [at ?? (await reservePort()), await reservePort()] as const
  const [port, adminPort] = ports.map(reserved => reserved.port)
  const dataFile = join(folder, 'data.sqlite')
  const config = { ...settings, port, adminPort, adminToken, readyFile, dataFile }
  await writeFile(configFile, JSON.stringify(config), { mode: 0o600 })
  await Promise.all(ports.map(reserved => reserved.release()))
  const logFile = join(context.runFolder, `${name}.log`)
  const process = await context.guardian.spawn({
    name,
    command: globalThis.process.execPath,
    args: [main],
    env: { PEER_CONFIG: configFile },
    logFile,
  })
  const read = async () => ready.parse(JSON.parse(await readFile(readyFile, 'utf8')))
  const part = new ServerPart(context, process, { port: ports[0].port, logFile }, async () => {
    const { pid } = await read()
    // The file may still be that of the one before a restart.
    if (pid !== process.pid) throw new Error(`the ready file is of process ${pid}`)
  })
  await part.ready()
  const { url, adminUrl } = await read()
  return Object.assign(part, { url, admin: new PeerAdmin<FaultRequest>(adminUrl, adminToken) })
}
