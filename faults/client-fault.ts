import { connect, type Socket } from 'node:net'
import { z } from 'zod'
import type { Clock } from '../lab/base/clock.ts'
import type { Json } from '../lab/base/json.ts'
import type { Selector } from '../lab/model/capability.ts'
import type { Fault } from '../lab/model/fault.ts'
import type { LabSystem } from '../lab/model/target.ts'

/** What clients reach: a server, or the link before it. */
export interface Reachable {
  readonly name: string
  /** `http://127.0.0.1:8080` */
  readonly url: string
}

/** One of the clients, until the signal aborts; calls `landed` for each time it did what it is for. */
export type Behaviour = (client: Client) => Promise<void>

export interface Client {
  readonly host: string
  readonly port: number
  readonly signal: AbortSignal
  readonly clock: Clock
  landed(): void
}

/** Whoever forgets to heal: the clients leave by themselves after so long. */
const atMostMs = 10 * 60_000
const againAfterMs = 50

const crowds = new Map<number, AbortController>()
let lastCrowd = 0

export const undoArgs = z.object({ crowd: z.int() })

/** So many clients that behave badly, in the lab's own process: they end with it. */
export function clientFault<System extends LabSystem>(
  select: Selector<System, Reachable>,
  { name, clients }: { readonly name: string; readonly clients: number },
  behave: Behaviour,
): Fault<System> {
  return {
    name,
    label: `${name}(${select.label ?? 'server'}, ${clients} clients)`,
    needs: [],
    kind: 'lasting',
    plan: async (system, { clock }) => {
      const { name: touched, url } = await select(system)
      const { hostname: host, port } = new URL(url)
      const crowd = ++lastCrowd
      return {
        undo: { module: import.meta.url, args: { crowd } },
        touches: [touched],
        apply: async () => {
          const over = new AbortController()
          crowds.set(crowd, over)
          let count = 0
          const { signal } = over
          const landed = () => count++
          const client = { host, port: Number(port), signal, clock, landed }
          for (let n = 0; n < clients; n++) void forEver(client, behave)
          clock.sleep(atMostMs, signal).then(
            () => over.abort(),
            () => {},
          )
          return { landed: () => count }
        },
      }
    },
  }
}

/** Ends the clients; in another process there are none. */
export async function undo(args: Json): Promise<void> {
  const { crowd } = undoArgs.parse(args)
  crowds.get(crowd)?.abort()
  crowds.delete(crowd)
}

/** A connection for as long as `use` takes; a server that is away is none of a client's errors. */
export async function connected(
  { host, port, signal }: Client,
  use: (socket: Socket) => Promise<void>,
): Promise<void> {
  const socket = connect({ host, port })
  const leave = () => socket.destroy()
  signal.addEventListener('abort', leave, { once: true })
  socket.on('error', () => {})
  try {
    await happens(socket, 'connect')
    await use(socket)
  } finally {
    signal.removeEventListener('abort', leave)
    socket.destroy()
  }
}

/** Resolves at the event, or when the connection is closed. */
export function happens(socket: Socket, event: 'connect' | 'data' | 'close'): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      socket.off(event, done).off('close', done)
      resolve()
    }
    socket.on(event, done).on('close', done)
  })
}

export function head(path: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET ${path} HTTP/1.1\r\nhost: lab\r\n${lines.join('')}`
}

async function forEver(client: Client, behave: Behaviour): Promise<void> {
  while (!client.signal.aborted) {
    await behave(client)
    await client.clock.sleep(againAfterMs, client.signal).catch(() => {})
  }
}
