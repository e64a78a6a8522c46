import type { Entry } from './entry.ts'

/** Web sockets, and who is at their other end. */
export const socket = {
  'websocket-resume': {
    promise: 'After any interruption the missed messages are replayed from Postgres, in order.',
    settings: { gapMs: 50, pollMs: 500, pageSize: 200, maxReplay: 10_000 },
  },
  'websocket-heartbeat': {
    promise: 'A dead peer is found and closed within two heartbeats.',
    settings: { everyMs: 5_000 },
  },
  'websocket-token-expiry': {
    promise: 'A web socket is signed in no longer than the last token it showed, then closed.',
    settings: {},
  },
  'slow-consumer-guard': {
    promise: 'A client that does not read is closed before it holds more than this in memory.',
    settings: { maxBufferedBytes: 1_048_576 },
  },
  'flood-guard': {
    promise: 'A client that sends faster than this is closed with 1008; others do not notice.',
    settings: { framesPerSecond: 200, burst: 400 },
  },
} satisfies Record<string, Entry>
