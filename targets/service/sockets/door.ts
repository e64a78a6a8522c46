import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { requestId } from '../http/server.ts'
import type { Http, Kit } from '../kit.ts'
import { createFigures, type Figures } from './figures.ts'
import { createHeartbeat, type Heartbeat } from './heartbeat.ts'
import { Inbox } from './inbox.ts'
import { Peer } from './peer.ts'
import type { AnyFrame, Protocol } from './protocol.ts'
import { type SignedIn, watchSessions } from './signed-in.ts'

/**
 * Where web sockets come in, whatever they are for: signing in, heartbeat, flood gate, slow-consumer
 * guard, deadlines, request ids, close codes and figures are the same on every path.
 */
export interface Door {
  serve<Query, Frame extends AnyFrame>(protocol: Protocol<Query, Frame>): void
}

type DoorKit = Pick<Kit, 'defences' | 'identity' | 'metrics' | 'log' | 'onClose'>

interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly url: URL
}

interface Setting {
  readonly kit: DoorKit
  readonly sockets: Set<WebSocket>
  readonly figures: Figures
  readonly heartbeat: Heartbeat
  readonly signedIn: SignedIn
}

export function createDoor(http: Http, kit: DoorKit): Door {
  const paths = new Map<string, (upgrade: Upgrade) => void>()
  const sockets = new Set<WebSocket>()
  const figures = createFigures(kit.metrics)
  const heartbeat = createHeartbeat(kit.defences)
  let isClosing = false
  http.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {}) // Node leaves it to us; a client that resets is nobody's error
    const url = URL.parse(request.url ?? '/', 'http://localhost')
    const accept = paths.get(url?.pathname ?? '')
    if (isClosing) refuse(socket, '503 Service Unavailable')
    else if (url && accept) accept({ request, socket, head, url })
    else refuse(socket, '404 Not Found')
  })
  http.addHook('preClose', done => {
    isClosing = true
    heartbeat.stop()
    closeAll(sockets)
    done()
  })
  const signedIn = watchSessions(kit)
  const setting = { kit, sockets, figures, heartbeat, signedIn }
  return { serve: protocol => void paths.set(protocol.path, acceptor(protocol, setting)) }
}

function acceptor<Query, Frame extends AnyFrame>(
  protocol: Protocol<Query, Frame>,
  setting: Setting,
): (upgrade: Upgrade) => void {
  const server = new WebSocketServer({ noServer: true, maxPayload: protocol.maxFrameBytes })
  return ({ request, socket, head, url }) => {
    const query = protocol.query.safeParse(Object.fromEntries(url.searchParams))
    if (!query.success) return refuse(socket, '400 Bad Request')
    const id = requestId(request.headers['x-request-id'])
    server.handleUpgrade(request, socket, head, webSocket => {
      welcome({ protocol, setting, webSocket, id, query: query.data })
    })
  }
}

function welcome<Query, Frame extends AnyFrame>(arrival: {
  readonly protocol: Protocol<Query, Frame>
  readonly setting: Setting
  readonly webSocket: WebSocket
  readonly id: string
  readonly query: Query
}): void {
  const { protocol, setting, webSocket, id, query } = arrival
  const { kit, sockets, figures, heartbeat, signedIn } = setting
  const { path, frame } = protocol
  const peer = new Peer(webSocket, { ...kit, id, path, figures })
  const session = protocol.open(peer, query)
  const inbox = new Inbox({ ...kit, path, frame, session, peer, figures })
  sockets.add(webSocket)
  figures.connections.inc({ path })
  heartbeat.watch({ socket: webSocket, onSilent: () => peer.cut('silent') })
  const leave = signedIn.watch(peer)
  if (session.first) inbox.begin(session.first)
  const about = { socket: id, path }
  webSocket.on('message', (data, isBinary) => inbox.take(data, isBinary))
  webSocket.on('error', err => {
    // Too long, not UTF-8 or against the protocol: `ws` closes it with the code for that.
    if ('code' in err && `${err.code}`.startsWith('WS_ERR_')) {
      figures.cut.inc({ path, reason: 'not-a-frame' })
    }
    kit.log.warn({ ...about, err }, 'web socket failed')
  })
  webSocket.on('close', code => {
    sockets.delete(webSocket)
    leave()
    figures.connections.dec({ path })
    kit.log.info({ event: 'socket-closed', ...about, code }, 'closed')
    session.closed?.()
  })
  kit.log.info({ event: 'socket-open', ...about }, 'open')
}

const closeWithinMs = 1_000

function closeAll(sockets: ReadonlySet<WebSocket>): void {
  for (const socket of sockets) socket.close(1012, 'the service restarts')
  // Who does not answer the close frame is cut off.
  setTimeout(() => {
    for (const socket of sockets) socket.terminate()
  }, closeWithinMs).unref()
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
