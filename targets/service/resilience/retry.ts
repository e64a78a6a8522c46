import type { Defences } from '../defences.ts'
import type { Metrics } from '../metrics.ts'
import { tryAgain } from './try-again.ts'

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
  const retries = metrics.counter('dependency_retries_total')
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
      const isWorthIt = (error: unknown) => retriable(error) && take()
      return tryAgain(attempt, { most: attempts, baseMs, capMs, isWorthIt, stop: () => signal })
    },
  }
}

const hastyMs = 5

function unlimited(count: (result: string) => void): Retrier {
  return {
    run: (attempt, { signal, retriable }) => {
      const isWorthIt = (error: unknown) => {
        if (retriable(error)) count('granted')
        return retriable(error)
      }
      const backOff = { baseMs: hastyMs, capMs: hastyMs }
      return tryAgain(attempt, { ...backOff, isWorthIt, stop: () => signal })
    },
  }
}
