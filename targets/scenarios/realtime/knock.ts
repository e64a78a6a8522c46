import { connect, type Socket } from 'node:net'
import type { Instance } from '../application.ts'

/** Sends the head of a request as it stands, past any client library. */
export function knock(instance: Instance, target: string): Socket {
  const { hostname, port } = new URL(instance.url('realtime'))
  const socket = connect(Number(port), hostname)
  const lines = [
    `GET ${target} HTTP/1.1`,
    'Host: x',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  return socket
}
