import type { WebSocket } from 'ws'

/**
 * The client's half of a heartbeat: ends a socket on which nothing was heard for so long, not even a
 * ping. Give it two and a half times as long as the service takes between two.
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
