import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What a client does on its connection. */
export interface Talk {
  /** Bytes per message, and how many, so far apart; default one. */
  readonly send: number
  readonly times?: number
  readonly everyMs?: number
  /** Says FIN after the last message, or once all of it came back; default never. */
  readonly end?: 'after-sending' | 'after-echo'
  /** How long to listen at most; it stops earlier when all came back (unless it ends) or it ended. */
  readonly watchMs: number
  /** Listens to the end of `watchMs` even when all came back. */
  readonly linger?: boolean
}

/** What the client heard; times from its first send, or for the ending from its FIN if it said one. */
export interface Heard {
  readonly bytes: number
  readonly chunks: number
  readonly firstMs: number
  readonly lastMs: number
  /** What came is, byte for byte, the beginning of what was sent. */
  readonly intact: boolean
  readonly ending: 'open' | 'fin' | 'rst'
  readonly endedMs: number
}

export async function dial(address: string): Promise<Socket> {
  const [host, port] = address.split(':')
  const socket = connect({
    host: host ?? '',
    port: Number(port),
    noDelay: true,
    allowHalfOpen: true,
  })
  socket.on('error', () => {})
  await once(socket, 'connect', { signal: AbortSignal.timeout(5_000) })
  return socket
}

/** Holds a conversation on an open connection, and destroys it. */
export async function talk(socket: Socket, plan: Talk): Promise<Heard> {
  const { send, times = 1, everyMs = 0, end, watchMs, linger = false } = plan
  const total = send * times
  const heard = { bytes: 0, chunks: 0, firstMs: -1, lastMs: -1, intact: true, endedMs: -1 }
  let ending: Heard['ending'] = 'open'
  const done = Promise.withResolvers<void>()
  const startMs = performance.now()
  let endSaidMs = startMs

  socket.on('data', data => {
    heard.lastMs = performance.now() - startMs
    if (heard.chunks++ === 0) heard.firstMs = heard.lastMs
    heard.intact &&= data.equals(pattern(heard.bytes, data.length))
    heard.bytes += data.length
    if (heard.bytes !== total) return
    if (end === 'after-echo') sayEnd()
    else if (end === undefined && !linger) done.resolve()
  })
  const finished = (how: 'fin' | 'rst') => {
    if (ending !== 'open') return
    ending = how
    heard.endedMs = performance.now() - endSaidMs
    done.resolve()
  }
  const sayEnd = () => {
    endSaidMs = performance.now()
    socket.end()
  }
  socket.on('end', () => finished('fin'))
  socket.on('error', () => finished('rst'))
  socket.on('close', () => finished('rst'))

  let sent = 0
  const next = () => {
    socket.write(pattern(sent * send, send))
    if (++sent < times) timers.push(setTimeout(next, everyMs))
    else if (end === 'after-sending') sayEnd()
  }
  const timers = [setTimeout(done.resolve, watchMs)]
  next()
  await done.promise
  for (const timer of timers) clearTimeout(timer)
  socket.removeAllListeners('close').destroy()
  return { ...heard, ending }
}

/** Bytes of an endless pattern without short repeats, from this offset on. */
export function pattern(offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let i = 0; i < length; i++) bytes[i] = ((offset + i) * 31 + ((offset + i) >>> 8)) & 0xff
  return bytes
}
