import { type RefusedOutcome, unavailable } from '../problem.ts'

/** How long a request may still take, and whether it may have had an effect so far. */
export interface Deadline extends Disposable {
  /** Aborts when time is up. */
  readonly signal: AbortSignal | undefined
  /** Infinity without a deadline. */
  remainingMs(): number
  /**
   * Call right before sending what cannot be taken back. Throws when time is up, since the client
   * has then been told `not-done`; from here on it is told `unknown`.
   */
  beginEffect(): void
  readonly outcome: RefusedOutcome
}

export const noDeadline: Deadline = {
  signal: undefined,
  outcome: 'unknown',
  remainingMs: () => Number.POSITIVE_INFINITY,
  beginEffect: () => {},
  [Symbol.dispose]: () => {},
}

export function deadlineIn(ms: number, retryAfterSeconds: number): Deadline {
  const endsAt = performance.now() + ms
  const controller = new AbortController()
  let outcome: RefusedOutcome = 'not-done'
  const problem = () =>
    unavailable('deadline-exceeded', 'Not finished within the deadline.', {
      outcome,
      retryAfterSeconds,
    })
  const timer = setTimeout(() => controller.abort(problem()), ms)
  return {
    signal: controller.signal,
    get outcome() {
      return outcome
    },
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    beginEffect: () => {
      controller.signal.throwIfAborted()
      outcome = 'unknown'
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

/** The work's result, or the deadline's problem if that comes first. The work itself goes on. */
export async function within<T>(deadline: Deadline, work: Promise<T>): Promise<T> {
  const { signal } = deadline
  if (!signal) return work
  const { promise: timeUp, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, timeUp])
  } finally {
    signal.removeEventListener('abort', onAbort)
    timeUp.catch(() => {})
  }
}
