import { setTimeout as pause } from 'node:timers/promises'
import pRetry from 'p-retry'
import type { Defences } from '../defences.ts'
import type { Metrics } from '../metrics.ts'
import { fullJitterMs } from './backoff.ts'

interface RetryOptions {
  readonly signal: AbortSignal | undefined
  /** Only what may succeed when tried again, and does no harm when done twice. */
  readonly retriable: (error: unknown) => boolean
}

/** Tries again what failed, for one dependency, within a budget its callers share. */
export interface Retrier {
  run<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T>
}

/**
 * Every request earns a fraction of a retry, so that retries stay a small share of traffic when
 * everything fails; a small reserve lets a quiet service retry at all.
 */
export function createRetrier(dependency: string, defences: Defences, metrics: Metrics): Retrier {
  const retries = metrics.counter({
    name: 'dependency_retries_total',
    help: 'Attempts beyond the first, and those the budget refused.',
    labelNames: ['dependency', 'result'],
  })
  const count = (result: string) => retries.inc({ dependency, result })
  if (!defences.on('retry-budget')) return unlimited(count)

  const { attempts, ratio, reserve, baseMs, capMs } = defences.settings('retry-budget')
  let tokens = reserve
  const take = () => {
    const granted = tokens >= 1
    if (granted) tokens -= 1
    count(granted ? 'granted' : 'refused')
    return granted
  }
  return {
    run: (attempt, { signal, retriable }) => {
      tokens = Math.min(reserve, tokens + ratio)
      return pRetry(attempt, {
        retries: attempts - 1,
        minTimeout: 0,
        factor: 1,
        ...(signal && { signal }),
        // The pause is taken here, since p-retry's own randomisation is not full jitter.
        shouldRetry: async ({ error, attemptNumber }) => {
          if (!retriable(error) || !take()) return false
          await pause(fullJitterMs(attemptNumber, baseMs, capMs), undefined, signal && { signal })
          return true
        },
      })
    },
  }
}

function unlimited(count: (result: string) => void): Retrier {
  return {
    run: (attempt, { signal, retriable }) =>
      pRetry(attempt, {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 5,
        factor: 1,
        ...(signal && { signal }),
        shouldRetry: ({ error }) => {
          if (retriable(error)) count('granted')
          return retriable(error)
        },
      }),
  }
}
