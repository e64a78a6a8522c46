import type { Entry } from './entry.ts'

/** What becomes of work that waits: see `queue/`. */
export const queue = {
  'message-lease': {
    promise: 'A message whose worker died is given to another after this long.',
    settings: { leaseMs: 30_000 },
  },
  'message-backoff': {
    promise: 'A message that failed is tried again later and later, with equal jitter.',
    settings: { baseMs: 200, capMs: 60_000 },
  },
  'dead-letter-queue': {
    promise: 'After so many attempts a message is set aside with its reason and its history.',
    settings: { attempts: 8 },
  },
  'idempotent-consumer': {
    promise: 'A message delivered twice has its effect once: effect and receipt commit together.',
    settings: {},
  },
  'default-lane': {
    promise: 'A message that no routing rule matches goes to the default lane instead of nowhere.',
    settings: {},
  },
  'transactional-outbox': {
    promise: 'What commits is announced, however late; what rolls back never is.',
    settings: {},
  },
  'agent-takeover': {
    promise: "A dead worker's run goes on with another after this long, or fails honestly.",
    settings: { leaseMs: 30_000, attempts: 3 },
  },
  'mail-outbox': {
    promise: 'A mail is sent after its transaction commits, with back-off, for two days.',
    settings: { attempts: 60, timeoutMs: 5_000, baseMs: 500, capMs: 3_600_000 },
  },
  'analytics-outbox': {
    promise: 'An event is stored before it is shipped: ClickHouse may be away, and nobody waits.',
    settings: { batch: 500 },
  },
  'payment-reconciliation': {
    promise:
      'A payment in doubt keeps its goods and is asked about with back-off; in the end it is refunded.',
    settings: { retryMs: 2_000, capMs: 600_000, attempts: 24 },
  },
} satisfies Record<string, Entry>
