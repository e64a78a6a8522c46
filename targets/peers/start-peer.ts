import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Containers } from '../containers/containers.ts'
import { AttachedPeer } from '../external/attached-peer.ts'
import type { Program } from '../runtime/build/mains.ts'
import { programFile } from '../runtime/build/program.ts'
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
  readonly program: Exclude<Program, 'service' | 'proxy'>
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
  plan: PeerPlan,
): Promise<Peer<FaultRequest>> {
  if (context.attached) return AttachedPeer.at(context, context.attached, plan.name)
  if (context.containers) return containedPeer(context, context.containers, plan)
  const { name, program, settings, at } = plan
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
    args: [await programFile(program)],
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

/** The same in a container, in which its books stay when it is killed. */
async function containedPeer<FaultRequest>(
  context: ServerContext,
  containers: Containers,
  { name, program, settings, at }: PeerPlan,
): Promise<Peer<FaultRequest>> {
  const adminToken = randomBytes(16).toString('hex')
  const [own, control] = [at ?? (await reservePort()), await reservePort()]
  const config = {
    ...settings,
    ...{ host: '0.0.0.0', port: own.port, adminPort: control.port, adminToken },
    ...{ readyFile: '/tmp/ready.json', dataFile: '/tmp/data.sqlite' },
  }
  const logFile = join(context.runFolder, `${name}.log`)
  await Promise.all([own.release(), control.release()])
  const process = await containers.start({
    name,
    image: 'peers',
    command: [`targets/${program}/main.ts`],
    environment: { PEER_CONFIG: '/etc/peer.json' },
    files: { '/etc/peer.json': JSON.stringify(config) },
    ports: [own.port, control.port],
    logFile,
  })
  const adminUrl = `http://127.0.0.1:${control.port}`
  const part = new ServerPart(context, process, { port: own.port, logFile }, async () => {
    const headers = { authorization: `Bearer ${adminToken}` }
    const asked = { headers, signal: AbortSignal.timeout(1_000) }
    const answer = await fetch(`${adminUrl}/faults`, asked)
    if (!answer.ok) throw new Error(`it answers ${answer.status}`)
    await reaches(own.port)
  })
  await part.ready()
  const scheme = program === 'smtp' ? 'smtp' : 'http'
  const url = `${scheme}://127.0.0.1:${own.port}`
  return Object.assign(part, { url, admin: new PeerAdmin<FaultRequest>(adminUrl, adminToken) })
}

/** Its own port listens after the one that commands it. */
async function reaches(port: number): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.setTimeout(1_000, () => socket.destroy(new Error('no connect within 1 s')))
  try {
    await once(socket, 'connect')
    // Published ports accept before anybody listens within, and then close.
    await Promise.race([once(socket, 'close').then(closed), sleep(50)])
  } finally {
    socket.destroy()
  }
}

function closed(): never {
  throw new Error('nobody listens within yet')
}
