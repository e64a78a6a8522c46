import { setTimeout as pause } from 'node:timers/promises'
import pRetry from 'p-retry'
import { fullJitterMs } from './backoff.ts'

interface Again {
  /** Whether this failure may be gone next time. Not asked of the last attempt's. */
  readonly isWorthIt: (error: unknown) => boolean
  /** Attempts in all. Default: any number. */
  readonly most?: number
  /** After so long no further attempt begins. Default: never. */
  readonly forMs?: number
  /** Of the back-off between attempts, with full jitter. */
  readonly baseMs: number
  readonly capMs: number
  /** Asked before each pause and attempt: one that is aborted ends it. */
  readonly stop?: () => AbortSignal | undefined
}

/** The result of the first attempt that succeeds. @throws what the last one threw, or `stop`'s reason. */
export async function tryAgain<T>(work: () => Promise<T>, again: Again): Promise<T> {
  const { isWorthIt, most = Infinity, forMs = Infinity, baseMs, capMs, stop } = again
  const endsAt = performance.now() + forMs
  stop?.()?.throwIfAborted()
  return pRetry(work, {
    retries: most - 1,
    // The pause is taken below: p-retry's own randomisation is not full jitter.
    minTimeout: 0,
    factor: 1,
    shouldRetry: async ({ error, attemptNumber }) => {
      if (performance.now() >= endsAt || !isWorthIt(error)) return false
      const signal = stop?.()
      const ms = fullJitterMs(attemptNumber, baseMs, capMs)
      await pause(ms, undefined, signal && { signal }).catch(() => signal?.throwIfAborted())
      stop?.()?.throwIfAborted()
      return true
    },
  })
}
