import type { Counter, Gauge, Histogram } from 'prom-client'
import type { Metrics } from '../metrics.ts'

/** Why the service cut a client off. */
export type CutReason =
  | 'silent'
  | 'slow-consumer'
  | 'flood'
  | 'not-a-frame'
  | 'backlog'
  | 'session-ended'
  | 'token-expired'

/** What can be measured of web sockets. */
export interface Figures {
  readonly connections: Gauge<'path'>
  readonly frames: Histogram<'path' | 'type' | 'outcome'>
  readonly cut: Counter<'path' | 'reason'>
  /** To be told how much one client left unread. */
  unread(bytes: number): void
}

export function createFigures(metrics: Metrics): Figures {
  const peak = metrics.gauge({
    name: 'websocket_unread_bytes_peak',
    help: 'The most that was ever held for one client that had not read it yet.',
  })
  let most = 0
  return {
    connections: metrics.gauge({
      name: 'websocket_connections',
      help: 'Web sockets that are open.',
      labelNames: ['path'],
    }),
    frames: metrics.histogram({
      name: 'websocket_frame_duration_seconds',
      help: 'From the turn of a frame to the end of its handling.',
      labelNames: ['path', 'type', 'outcome'],
    }),
    cut: metrics.counter({
      name: 'websocket_cut_total',
      help: 'Clients the service cut off, and why.',
      labelNames: ['path', 'reason'],
    }),
    unread: bytes => {
      if (bytes <= most) return
      most = bytes
      peak.set(most)
    },
  }
}
