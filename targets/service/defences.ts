/** One resilience measure: what it promises while it is on, and its parameters (units in the name). */
interface Entry {
  readonly promise: string
  readonly settings: Readonly<Record<string, number>>
}

/**
 * Every measure of the service, all on by default. Configuration switches them off by name. What a
 * server does is not among them: synchronous replication is a setting of Postgres, and what is lost
 * without it is shown by the control of DAT-07 (`targets/scenarios/data/failover.test.ts`).
 */
export const defenceTable = {
  'confirmed-writes': {
    promise: 'A session write is acknowledged only after every replica confirmed it (WAIT).',
    settings: { waitMs: 150 },
  },
  'retry-budget': {
    promise: 'At most 3 attempts per request, retries at most 20 % of requests, full jitter.',
    settings: { attempts: 3, ratio: 0.2, reserve: 10, baseMs: 20, capMs: 200 },
  },
  'request-deadline': {
    promise: 'Every request is answered before its deadline, if need be with an honest 503.',
    settings: { defaultMs: 1_000, leastMs: 100, marginMs: 75, retryAfterSeconds: 1 },
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
  'status-copy-expiry': {
    promise:
      "The copy of an order's status is never wrong for longer than this, whatever was lost.",
    settings: { keepMs: 60_000 },
  },
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
  'graceful-shutdown': {
    promise: 'On SIGTERM requests in flight end, new ones are refused, web sockets get 1012.',
    settings: { drainMs: 5_000 },
  },
  'pool-limits': {
    promise:
      'Waiting for Postgres is bounded, and so is what a process that stands still may keep locked.',
    settings: { acquireMs: 700, statementMs: 2_000, idleInTransactionMs: 15_000 },
  },
  'pool-liveness': {
    promise:
      'Connections to a server that was demoted, or that may be half-open, are not used again.',
    settings: { againMs: 1_000, pingMs: 250 },
  },
  'proved-outcomes': {
    promise: 'A refused request is called not done only where that is proved.',
    settings: {},
  },
  'error-classes': {
    promise: 'What a database is in right now fails no job for good and no request but by a 503.',
    settings: {},
  },
  'login-throttle': {
    promise: 'After so many wrong passwords a name is locked for a while, whatever restarts.',
    settings: { failures: 5, lockMs: 900_000 },
  },
  'refresh-rotation': {
    promise:
      'A refresh token works once, and again gives the same successor for a moment; later its family ends.',
    settings: { leewayMs: 10_000 },
  },
  'password-bulkhead': {
    promise: 'Hashing passwords takes so many threads at most; who would wait too long is refused.',
    // On a busy machine a process hashes some thirty a second: half of the default deadline.
    settings: { concurrent: 3, waiting: 16 },
  },
  'transaction-retry': {
    promise: 'A transaction that lost a deadlock (40P01) or conflict (40001) is tried again.',
    settings: { attempts: 15, baseMs: 10, capMs: 400 },
  },
  'stock-lock': {
    promise: 'Stock is read FOR UPDATE before it is reserved, so it is never sold twice.',
    settings: {},
  },
  'lock-order': {
    promise: 'Rows are locked in the order of their id, so purchases wait instead of deadlocking.',
    settings: {},
  },
  'idempotency-keys': {
    promise: 'The same request sent again has one effect and one answer.',
    settings: {},
  },
  'serializable-credit': {
    promise: 'Credit is spent under SERIALIZABLE, so two purchases cannot both see the last cent.',
    settings: {},
  },
  'payment-idempotency': {
    promise: 'Every attempt to charge an order carries the same key, so it is charged once.',
    settings: {},
  },
  'payment-timeout': {
    promise: 'A gateway that does not answer is given up on in time for the answer to the caller.',
    settings: { timeoutMs: 400 },
  },
  'payment-lock': {
    promise: 'A payment begins under the lock of its order, which is never cancelled and charged.',
    settings: {},
  },
  'payment-reconciliation': {
    promise:
      'A payment in doubt keeps its goods and is asked about with back-off; in the end it is refunded.',
    settings: { retryMs: 2_000, capMs: 600_000, attempts: 24 },
  },
  'reservation-expiry': {
    promise: 'Goods of an order that nobody began to pay for go back on sale.',
    settings: { keepMs: 900_000 },
  },
  'rate-limit': {
    promise: 'No client gets more than so many requests per window, over all instances.',
    settings: { requests: 20_000, windowMs: 10_000 },
  },
  'load-shedding': {
    // A quarter of the default deadline: a request takes several turns of the loop, so at half of
    // it most would be late already, and refusing is cheaper than answering nobody in time.
    promise: 'While the event loop lags more than this, requests are refused at once.',
    settings: { maxLagMs: 250 },
  },
  'body-limit': {
    promise: 'No body of a request takes more memory than this; a larger one is refused with 413.',
    settings: { maxBytes: 262_144 },
  },
  'optimistic-locking': {
    promise: 'Who edits a post that was changed meanwhile is told, and overwrites nothing.',
    settings: {},
  },
  'post-cache': {
    promise: 'Published posts are read from the cache, never staler than this.',
    settings: { ttlMs: 5_000 },
  },
  'profile-cache': {
    promise: "A person's own pages are read from the cache, never staler than this.",
    settings: { ttlMs: 5_000 },
  },
  'cache-generations': {
    promise: 'What was read before a change is not shown after it, whoever caches it when.',
    settings: {},
  },
  'stampede-guard': {
    promise: 'When a cached entry expires, one reader loads it and the others wait for that.',
    settings: { lockMs: 1_000, pollMs: 20 },
  },
  'role-cache': {
    promise:
      'Roles are read from Postgres at most this often per person; a change is seen by then.',
    settings: { staleMs: 2_000 },
  },
  'mail-outbox': {
    promise: 'A mail is sent after its transaction commits, with back-off, for two days.',
    settings: { attempts: 60, timeoutMs: 5_000, baseMs: 500, capMs: 3_600_000 },
  },
  'analytics-outbox': {
    promise: 'An event is stored before it is shipped: ClickHouse may be away, and nobody waits.',
    settings: { batch: 500 },
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
  'default-lane': {
    promise: 'A message that no routing rule matches goes to the default lane instead of nowhere.',
    settings: {},
  },
  'message-lease': {
    promise: 'A message whose worker died is given to another after this long.',
    settings: { leaseMs: 30_000 },
  },
  'message-backoff': {
    promise: 'A message that failed is tried again later and later, with full jitter.',
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
  'transactional-outbox': {
    promise: 'What commits is announced, however late; what rolls back never is.',
    settings: {},
  },
  'agent-takeover': {
    promise: "A dead worker's run goes on with another after this long, or fails honestly.",
    settings: { leaseMs: 30_000, attempts: 3 },
  },
  'clock-leeway': {
    promise: 'A token counts its whole life on every instance whose clock is off by no more.',
    settings: { seconds: 30 },
  },
  'server-clock': {
    promise: 'What expires is dated by the server that keeps it, whatever clock an instance has.',
    settings: {},
  },
  'live-settings': {
    promise: 'A change of settings holds on every instance within this long, without a restart.',
    settings: { withinMs: 1_000 },
  },
  readiness: {
    promise: 'A process that is starting, or about to end, says so, and balancers leave it out.',
    // Four rounds of the balancer's health checks.
    settings: { noticeMs: 1_000 },
  },
  'migration-lock': {
    promise: 'Of several processes that start at once one changes the schema, the others wait.',
    settings: {},
  },
  'start-up-retry': {
    promise: 'A dependency that is not there yet is waited for with back-off and jitter.',
    settings: { baseMs: 50, capMs: 1_000, giveUpMs: 30_000 },
  },
} satisfies Record<string, Entry>

export type DefenceName = keyof typeof defenceTable
export const defenceNames = Object.keys(defenceTable) as [DefenceName, ...DefenceName[]]

type AllSettings = {
  readonly [Name in DefenceName]: Readonly<(typeof defenceTable)[Name]['settings']>
}
export type SettingsOverrides = Partial<Record<DefenceName, Record<string, number>>>

const defaults = Object.fromEntries(
  defenceNames.map(name => [name, defenceTable[name].settings]),
) as AllSettings

/** What modules ask when they are constructed. */
export interface Defences {
  on(name: DefenceName): boolean
  /** The parameters of a measure, with what configuration overrides. */
  settings<Name extends DefenceName>(name: Name): AllSettings[Name]
}

export function createDefences(
  off: readonly DefenceName[],
  overrides: SettingsOverrides = {},
): Defences {
  const settings: AllSettings = structuredClone(defaults)
  for (const name of defenceNames) Object.assign(settings[name], overrides[name])
  return { on: name => !off.includes(name), settings: name => settings[name] }
}
