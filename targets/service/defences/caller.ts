import type { Entry } from './entry.ts'

/** What whoever calls is promised, and kept from. */
export const caller = {
  'request-deadline': {
    promise: 'Every request is answered before its deadline, if need be with an honest 503.',
    settings: { defaultMs: 1_000, leastMs: 100, marginMs: 75, retryAfterSeconds: 1 },
  },
  'proved-outcomes': {
    promise: 'A refused request is called not done only where that is proved.',
    settings: {},
  },
  'error-classes': {
    promise: 'What a database is in right now fails no job for good and no request but by a 503.',
    settings: {},
  },
  'body-limit': {
    promise: 'No body of a request takes more memory than this; a larger one is refused with 413.',
    settings: { maxBytes: 262_144 },
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
  'clock-leeway': {
    promise: 'A token counts its whole life on every instance whose clock is off by no more.',
    settings: { seconds: 30 },
  },
} satisfies Record<string, Entry>
