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
  const peak = metrics.gauge('websocket_unread_peak_bytes')
  let most = 0
  return {
    connections: metrics.gauge('websocket_connections'),
    frames: metrics.histogram('websocket_frame_duration_seconds'),
    cut: metrics.counter('websocket_cut_total'),
    unread: bytes => {
      if (bytes <= most) return
      most = bytes
      peak.set(most)
    },
  }
}
