import type { WebSocket } from 'ws'
import type { Defences } from '../defences.ts'

/** What beats: a socket, and what to do when it is found silent. */
interface Heart {
  readonly socket: WebSocket
  readonly onSilent: () => void
}

export interface Heartbeat {
  /** From now on, until the socket is closed. */
  watch(heart: Heart): void
  stop(): void
}

const noHeartbeat: Heartbeat = { watch: () => {}, stop: () => {} }

/** A peer that answered no ping since the last one is dead: found within two heartbeats. */
export function createHeartbeat(defences: Defences): Heartbeat {
  if (!defences.on('websocket-heartbeat')) return noHeartbeat
  const { everyMs } = defences.settings('websocket-heartbeat')
  const hearts = new Set<Heart>()
  const answered = new WeakSet<Heart>()
  const timer = setInterval(() => {
    for (const heart of hearts) {
      if (answered.delete(heart)) heart.socket.ping()
      else heart.onSilent()
    }
  }, everyMs)
  return {
    watch: heart => {
      hearts.add(heart)
      answered.add(heart)
      heart.socket.on('pong', () => answered.add(heart))
      heart.socket.on('close', () => hearts.delete(heart))
    },
    stop: () => clearInterval(timer),
  }
}
