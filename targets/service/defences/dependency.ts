import type { Entry } from './entry.ts'

/** How a dependency that is slow, silent, failing or away is treated. */
export const dependency = {
  'retry-budget': {
    promise: 'At most 3 attempts per request, retries at most 20 % of requests, full jitter.',
    settings: { attempts: 3, ratio: 0.2, reserve: 10, baseMs: 20, capMs: 200 },
  },
  'circuit-breaker': {
    promise: 'A dependency that fails is left alone: refused at once, one probe at a time.',
    settings: { errorPercentage: 50, volume: 8, windowMs: 2_000, resetMs: 1_000, fairMs: 500 },
  },
  'hasty-callers': {
    promise: 'A call that its caller ended early counts neither for nor against the dependency.',
    settings: {},
  },
  'redis-reconnect': {
    promise: 'A lost Redis connection comes back by itself, after a failover to the new primary.',
    settings: { baseMs: 50, capMs: 500 },
  },
  'readonly-reconnect': {
    promise:
      'A Redis that turns read-only is looked for anew once in a doubling time, and still read.',
    settings: { baseMs: 1_000, capMs: 10_000 },
  },
  'subscriber-ping': {
    promise: 'A subscriber whose connection is silent is found out and subscribes again.',
    settings: { everyMs: 2_000, timeoutMs: 1_000 },
  },
  'cache-budget': {
    promise: 'What only helps, as copies and counts in Redis, costs a request no more than this.',
    settings: { budgetMs: 100, restMs: 1_000 },
  },
  'pool-limits': {
    promise:
      'Waiting for Postgres is bounded, and so is what a process that stands still may keep locked.',
    settings: { acquireMs: 700, statementMs: 2_000, idleInTransactionMs: 15_000 },
  },
  'pool-share': {
    promise:
      'No route has more than this share of the connections to Postgres, however slow it is.',
    settings: { share: 0.7 },
  },
  'pool-liveness': {
    promise:
      'Connections to a server that was demoted, or that may be half-open, are not used again.',
    settings: { againMs: 1_000, pingMs: 250 },
  },
  'payment-timeout': {
    promise: 'A gateway that does not answer is given up on in time for the answer to the caller.',
    settings: { timeoutMs: 400 },
  },
  'oauth-limits': {
    promise: 'A sign-in provider gets this long for each answer; a sign-in must end in this long.',
    settings: { timeoutMs: 600, flowSeconds: 600 },
  },
  'marketplace-timeouts': {
    promise: 'No call to the marketplace takes longer than this, however its answer drips.',
    settings: { connectMs: 250, headMs: 300, attemptMs: 400 },
  },
  'retry-after': {
    promise: 'A marketplace that asks to be left alone is left alone for as long as it asks.',
    settings: { mostMs: 60_000 },
  },
  'marketplace-bulkhead': {
    promise: 'So many calls to the marketplace at once; who would wait too long is refused.',
    settings: { concurrent: 8, waiting: 32 },
  },
  'marketplace-copies': {
    promise: 'While the marketplace is away its products are shown as last seen, marked as stale.',
    settings: { keepMs: 86_400_000 },
  },
} satisfies Record<string, Entry>
