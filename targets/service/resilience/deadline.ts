import { Problem, type RefusedOutcome, unavailable } from '../problem.ts'

/** A statement that changes something, until its server has said what became of it. */
export interface Statement {
  done(): void
  /** It is certain that it did not happen: it was refused, or rolled back. */
  undone(): void
}

/** How long a request may still take, and whether it may have had an effect so far. */
export interface Deadline extends Disposable {
  /** Aborts when time is up, or the caller has hung up. */
  readonly signal: AbortSignal | undefined
  /** The same, as long as nothing was done. What is half done goes on to its end. */
  readonly stop: AbortSignal | undefined
  /** Infinity without a deadline. */
  remainingMs(): number
  /**
   * Called right before what cannot be taken back is sent. Throws when time is up, since the client
   * has then been told `not-done`; from here on it is told `unknown`.
   */
  beginEffect(): void
  /** The same for a database, which tells what became of it (`postgres/effects.ts`). */
  beginStatement(): Statement
  /** What can be said of a request that fails now. */
  readonly outcome: RefusedOutcome
  /** Nobody waits any more. */
  hangUp(): void
}

const noStatement: Statement = { done: () => {}, undone: () => {} }

/** For work without a client, which is told nothing. */
export const noDeadline: Deadline = {
  signal: undefined,
  stop: undefined,
  outcome: 'unknown',
  remainingMs: () => Number.POSITIVE_INFINITY,
  beginEffect: () => {},
  beginStatement: () => noStatement,
  hangUp: () => {},
  [Symbol.dispose]: () => {},
}

/** @param ms `Infinity`: none, but for hanging up. */
export function deadlineIn(ms: number, retryAfterSeconds: number): Deadline {
  const endsAt = performance.now() + ms
  const controller = new AbortController()
  /** Effects that were begun and are not known to be undone, and those among them that are done. */
  let [begun, done] = [0, 0]
  let answered: RefusedOutcome | undefined
  const outcome = () => (begun > 0 ? 'unknown' : 'not-done')
  const end = (reason: (outcome: RefusedOutcome) => Problem) => {
    answered ??= outcome()
    controller.abort(reason(answered))
  }
  const timeUp = (outcome: RefusedOutcome) =>
    unavailable('deadline-exceeded', 'Not finished within the deadline.', {
      outcome,
      retryAfterSeconds,
    })
  const begin = () => {
    if (answered === 'not-done') controller.signal.throwIfAborted()
    begun += 1
  }
  const timer = Number.isFinite(ms) ? setTimeout(() => end(timeUp), ms) : undefined
  return {
    signal: controller.signal,
    get stop() {
      return done > 0 ? undefined : controller.signal
    },
    get outcome() {
      return outcome()
    },
    remainingMs: () => Math.max(0, endsAt - performance.now()),
    beginEffect: () => {
      begin()
      done += 1
    },
    beginStatement: () => {
      begin()
      return {
        done: () => {
          done += 1
        },
        undone: () => {
          begun -= 1
        },
      }
    },
    hangUp: () => end(hungUp),
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

/** The status that nginx logs for it; nobody is there to see it. */
function hungUp(outcome: RefusedOutcome): Problem {
  return new Problem({ status: 499, code: 'hung-up', title: 'The client has gone.', outcome })
}

/** For what is written for the service's own use, and is no effect of the request. */
export function withoutEffects(deadline: Deadline): Deadline {
  const { signal } = deadline
  return { ...noDeadline, signal, stop: signal, remainingMs: () => deadline.remainingMs() }
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
