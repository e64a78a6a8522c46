import { createServer } from 'node:http'
import type { LabSystem } from '../../lab/model/target.ts'
import { listen } from '../../lab/testing/loopback.ts'

/** What a server notices of its clients. */
export interface Seen {
  asked: number
  aborted: number
  /** Answers of which not all went into the buffers. */
  unwritten: number
  /** Of bodies. */
  takenBytes: number
}

/** A server for clients that behave badly. */
export interface ClientSite extends AsyncDisposable {
  readonly url: string
  readonly seen: Seen
  connections(): Promise<number>
}

/** A system that is one such server. */
export interface SiteSystem extends LabSystem {
  readonly url: string
}

export const site = Object.assign(({ url }: SiteSystem) => ({ name: 'site', url }), {
  label: 'site',
})

/**
 * `/quick` answers at once, `/never` never does, `/big` has more than any buffer takes, `/upload` takes
 * whatever is sent.
 */
export async function startClientSite(): Promise<ClientSite> {
  const seen: Seen = { asked: 0, aborted: 0, unwritten: 0, takenBytes: 0 }
  const server = createServer((request, response) => {
    seen.asked++
    if (request.url === '/never') request.on('close', () => seen.aborted++)
    else if (request.url === '/upload') {
      request.on('data', (piece: Buffer) => {
        seen.takenBytes += piece.length
      })
      request.on('error', () => {})
    } else if (request.url === '/big') {
      const full = !response.write(Buffer.alloc(64 << 20))
      if (full) seen.unwritten++
    } else response.end('ok')
  })
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => {})
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n')
    seen.asked++
    if (!socket.write(Buffer.alloc(64 << 20))) seen.unwritten++
  })
  return {
    url: `http://127.0.0.1:${await listen(server)}`,
    seen,
    connections: () => new Promise(resolve => server.getConnections((_, count) => resolve(count))),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
