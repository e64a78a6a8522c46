import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { listen } from './net.ts'

/** What the upstream saw of one connection. */
export interface Visit {
  readonly socket: Socket
  bytes: number
  /** How the proxy ended its side; `open` until then. */
  ending: 'open' | 'fin' | 'rst'
}

/** An upstream that sends back what it gets, and its FIN after the client's. */
export interface Echo extends AsyncDisposable {
  readonly address: string
  readonly visits: readonly Visit[]
}

export async function startEcho(): Promise<Echo> {
  const visits: Visit[] = []
  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    const visit: Visit = { socket, bytes: 0, ending: 'open' }
    visits.push(visit)
    socket.on('data', data => (visit.bytes += data.length))
    socket.on('end', () => (visit.ending = 'fin'))
    socket.on('error', () => (visit.ending = 'rst'))
    socket.pipe(socket)
  })
  const port = await listen(server)
  return {
    address: `127.0.0.1:${port}`,
    visits,
    async [Symbol.asyncDispose]() {
      for (const { socket } of visits) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
