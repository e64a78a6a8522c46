import type { WebSocket } from 'ws'

/**
 * The client's half of the heartbeat: ends a socket on which nothing was heard for so long, not
 * even a ping. The service pings every `everyMs` of `websocket-heartbeat`; give it two and a half.
 */
export function endWhenSilent(socket: WebSocket, silentMs: number): void {
  let timer: NodeJS.Timeout | undefined
  const heard = () => {
    clearTimeout(timer)
    timer = setTimeout(() => socket.terminate(), silentMs)
  }
  for (const event of ['open', 'ping', 'message'] as const) socket.on(event, heard)
  socket.on('close', () => clearTimeout(timer))
}
