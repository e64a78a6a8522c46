import type { Entry } from './entry.ts'

/** How a process starts, changes and ends. */
export const process = {
  'start-up-retry': {
    promise: 'A dependency that is not there yet is waited for with back-off and jitter.',
    settings: { baseMs: 50, capMs: 1_000, giveUpMs: 30_000 },
  },
  'migration-lock': {
    promise:
      'Of several processes that start at once one changes the schema, and holds up a table no longer than this.',
    settings: { tableMs: 500 },
  },
  readiness: {
    promise: 'A process that is starting, or about to end, says so, and balancers leave it out.',
    // Four rounds of the balancer's health checks.
    settings: { noticeMs: 1_000 },
  },
  'live-settings': {
    promise: 'A change of settings holds on every instance within this long, without a restart.',
    settings: { withinMs: 1_000 },
  },
  'graceful-shutdown': {
    promise: 'On SIGTERM requests in flight end, new ones are refused, web sockets get 1012.',
    settings: { drainMs: 5_000 },
  },
} satisfies Record<string, Entry>
