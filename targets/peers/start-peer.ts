import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../lab/errors.ts'
import type { GuardedProcess } from '../../lab/guardian.ts'
import type { Context, Killable, Pausable } from '../../lab/target.ts'
import { PeerAdmin } from './peer-admin.ts'

const startWithinMs = 15_000
const ready = z.object({ url: z.url(), adminUrl: z.url(), pid: z.int() })

/** What starting a peer needs of a run. */
export type PeerContext = Pick<
  Context,
  'guardian' | 'scratchFolder' | 'runFolder' | 'clock' | 'signal'
>

/** A started peer. A killed one comes back on the same ports, with its books and without faults. */
export interface Peer<Fault> extends Killable, Pausable, AsyncDisposable {
  /** Its own address, past any link: `http://127.0.0.1:4711`. */
  readonly url: string
  readonly host: string
  readonly port: number
  /** Faults and statements. */
  readonly admin: PeerAdmin<Fault>
}

export interface PeerPlan {
  /** Unique within the run: names its process, its log and its data. */
  readonly name: string
  readonly main: string
  /** Beyond those that every peer has. */
  readonly settings: object
}

/**
 * Starts a peer as a child of the guardian and waits until both its ports accept.
 * @throws {LabError} when it does not within 15 s, or ends before.
 */
export async function startPeer<Fault>(
  context: PeerContext,
  { name, main, settings }: PeerPlan,
): Promise<Peer<Fault>> {
  const folder = join(context.scratchFolder, name)
  await mkdir(folder, { recursive: true })
  const files = { config: join(folder, 'peer.json'), ready: join(folder, 'ready.json') }
  const adminToken = randomBytes(16).toString('hex')
  const write = (ports: object) =>
    writeFile(
      files.config,
      JSON.stringify({
        ...settings,
        ...ports,
        adminToken,
        readyFile: files.ready,
        dataFile: join(folder, 'data.sqlite'),
      }),
      { mode: 0o600 },
    )
  await write({})
  const process = await context.guardian.spawn({
    name,
    command: globalThis.process.execPath,
    args: [main],
    env: { PEER_CONFIG: files.config },
    logFile: join(context.runFolder, `${name}.log`),
  })
  const found = await untilReady(context, process, files.ready)
  const { hostname, port } = new URL(found.url)
  const adminPort = new URL(found.adminUrl).port
  // It took free ports; from now on it keeps them, whoever starts it again.
  await write({ port: Number(port), adminPort: Number(adminPort) })
  return {
    name,
    url: found.url,
    host: hostname,
    port: Number(port),
    admin: new PeerAdmin(found.adminUrl, adminToken),
    get processId() {
      return process.processId
    },
    get undoKill() {
      return process.undoKill
    },
    get undoPause() {
      return process.undoPause
    },
    kill: () => process.kill(),
    pause: () => process.pause(),
    resume: () => process.resume(),
    restart: async () => {
      await rm(files.ready, { force: true })
      await process.restart()
      await untilReady(context, process, files.ready)
    },
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  }
}

async function untilReady(
  { clock, signal, runFolder }: PeerContext,
  process: GuardedProcess,
  readyFile: string,
): Promise<z.infer<typeof ready>> {
  const deadlineMs = clock.nowMs() + startWithinMs
  while (process.running && clock.nowMs() < deadlineMs) {
    const text = await readFile(readyFile, 'utf8').catch(() => undefined)
    if (text !== undefined) return ready.parse(JSON.parse(text))
    await clock.sleep(10, signal)
  }
  const log = await readFile(join(runFolder, `${process.name}.log`), 'utf8').catch(() => '')
  throw new LabError({
    code: 'peer-not-ready',
    expected: `${process.name} to accept within ${startWithinMs} ms`,
    found: `${process.running ? 'it still starts' : 'it ended'}: ${log.trim().slice(-400)}`,
    why: 'the service under test depends on it',
    next: `read ${process.name}.log in the run's folder`,
  })
}
