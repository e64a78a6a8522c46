import type { Socket } from 'node:net'

/**
 * RST, and gone. While a FIN is under way the system refuses to (and Node then never says `close`):
 * the socket is closed all the same, and the other side may learn of it by that FIN. `above`: what
 * speaks TLS on it, whose FIN the socket itself knows nothing of.
 */
export function reset(socket: Socket, above = socket): void {
  if ([socket, above].some(isEnding)) socket.destroy()
  else socket.resetAndDestroy()
}

function isEnding({ writableEnded, writableFinished }: Socket): boolean {
  return writableEnded && !writableFinished
}
