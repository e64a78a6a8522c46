import type { Entry } from './entry.ts'

/** What keeps data right: under locks, in transactions, in copies. */
export const data = {
  'confirmed-writes': {
    promise: 'A session write is acknowledged only after every replica confirmed it (WAIT).',
    settings: { waitMs: 150 },
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
  'serializable-credit': {
    promise: 'Credit is spent under SERIALIZABLE, so two purchases cannot both see the last cent.',
    settings: {},
  },
  'optimistic-locking': {
    promise: 'Who edits a post that was changed meanwhile is told, and overwrites nothing.',
    settings: {},
  },
  'idempotency-keys': {
    promise: 'The same request sent again has one effect and one answer.',
    settings: {},
  },
  'payment-idempotency': {
    promise: 'Every attempt to charge an order carries the same key, so it is charged once.',
    settings: {},
  },
  'payment-lock': {
    promise: 'A payment begins under the lock of its order, which is never cancelled and charged.',
    settings: {},
  },
  'reservation-expiry': {
    promise: 'Goods of an order that nobody began to pay for go back on sale.',
    settings: { keepMs: 900_000 },
  },
  'server-clock': {
    promise: 'What expires is dated by the server that keeps it, whatever clock an instance has.',
    settings: {},
  },
  'status-copy-expiry': {
    promise:
      "The copy of an order's status is never wrong for longer than this, whatever was lost.",
    settings: { keepMs: 60_000 },
  },
  'post-cache': {
    promise: 'Published posts are read from the cache, never staler than this.',
    settings: { ttlMs: 5_000 },
  },
  'profile-cache': {
    promise: "A person's own pages are read from the cache, never staler than this.",
    settings: { ttlMs: 5_000 },
  },
  'role-cache': {
    promise:
      'Roles are read from Postgres at most this often per person; a change is seen by then.',
    settings: { staleMs: 2_000 },
  },
  'cache-generations': {
    promise: 'What was read before a change is not shown after it, whoever caches it when.',
    settings: {},
  },
  'stampede-guard': {
    promise: 'When a cached entry expires, one reader loads it and the others wait for that.',
    settings: { lockMs: 1_000, pollMs: 20 },
  },
} satisfies Record<string, Entry>
