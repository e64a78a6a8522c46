import { type WebSocket, WebSocketServer } from 'ws'
import type { Defences } from '../defences.ts'
import { onUpgrade, refuseUpgrade } from '../http/upgrades.ts'
import type { Http } from '../kit.ts'
import type { Metrics } from '../metrics.ts'
import { Connection, type ConnectionParts } from './connection.ts'
import { chatQuery } from './frames.ts'
import type { Presence } from './presence.ts'

const maxFrameBytes = 16 * 1024

/** Takes web sockets on `/chat?client=…&channel=…&after=SEQ`. Returns how to close them all. */
export function serveSockets(
  http: Http,
  parts: ConnectionParts,
  { presence, metrics }: { presence: Presence; metrics: Metrics },
) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes })
  onUpgrade(http, '/chat', ({ request, socket, head, url }) => {
    const query = chatQuery.safeParse(Object.fromEntries(url.searchParams))
    if (!query.success) return refuseUpgrade(socket, '400 Bad Request')
    sockets.handleUpgrade(request, socket, head, webSocket => {
      sockets.emit('connection', webSocket, request) // `ws` leaves this to whoever upgrades
      const connection = new Connection(webSocket, query.data.client, parts)
      const { channel, after, client } = query.data
      const leave = presence.join(client)
      webSocket.on('close', leave)
      if (channel !== undefined) connection.subscribe(channel, after)
    })
  })
  const count = { name: 'websocket_connections', help: 'Web sockets that are open.' }
  metrics.gaugeOf(count, () => sockets.clients.size)
  const stopHeartbeat = beat(sockets, parts.defences)
  return () => {
    stopHeartbeat()
    for (const socket of sockets.clients) socket.close(1012, 'the service restarts')
    sockets.close()
    // Who does not answer the close frame is cut off.
    setTimeout(() => sockets.clients.forEach(socket => void socket.terminate()), 1_000).unref()
  }
}

/** A peer that answered no ping since the last one is dead: found within two heartbeats. */
function beat(sockets: WebSocketServer, defences: Defences): () => void {
  if (!defences.on('websocket-heartbeat')) return () => {}
  const answered = new WeakSet<WebSocket>()
  sockets.on('connection', socket => {
    answered.add(socket)
    socket.on('pong', () => answered.add(socket))
  })
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (answered.delete(socket)) socket.ping()
      else socket.terminate()
    }
  }, defences.settings('websocket-heartbeat').everyMs)
  return () => clearInterval(timer)
}
