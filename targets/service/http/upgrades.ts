import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Http } from '../kit.ts'

interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly url: URL
}

const acceptors = new WeakMap<Server, Map<string, (upgrade: Upgrade) => void>>()

/** Hands web sockets of a path to its module; a path that no module has is answered with 404. */
export function onUpgrade(http: Http, path: string, accept: (upgrade: Upgrade) => void): void {
  const known = acceptors.get(http.server)
  if (known) {
    known.set(path, accept)
    return
  }
  const paths = new Map([[path, accept]])
  acceptors.set(http.server, paths)
  http.server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const accept = paths.get(url.pathname)
    if (accept) accept({ request, socket, head, url })
    else refuseUpgrade(socket, '404 Not Found')
  })
}

export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
