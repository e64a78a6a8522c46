import type { Logger } from 'pino'
import { currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import type { Metrics } from '../metrics.ts'
import { createBreaker } from './breaker.ts'
import { createRetrier } from './retry.ts'

/**
 * Stands before one dependency: breaker outside, retries inside, all within the deadline. Who had
 * begun before the breaker opened tries no more.
 */
export interface Guard {
  /**
   * @param retriable only errors that may pass and whose work does no harm when done twice.
   * @throws {Problem} `circuit-open`, `deadline-exceeded`, or whatever the last attempt threw.
   */
  run<T>(work: () => Promise<T>, retriable: (error: unknown) => boolean): Promise<T>
  /** Refuses now if `run` would, before anything else is done. */
  refuseIfOpen(): void
}

export function createGuard(
  dependency: string,
  defences: Defences,
  metrics: Metrics,
  log: Pick<Logger, 'warn'>,
): Guard {
  const breaker = createBreaker(dependency, defences, metrics, log)
  const retrier = createRetrier(dependency, defences, metrics)
  return {
    refuseIfOpen: () => breaker.refuseIfOpen(),
    run: (work, retriable) => {
      const { signal } = currentContext().deadline
      let failed: { readonly error: unknown } | undefined
      const attempt = async () => {
        // It may have opened during the pause.
        if (failed && breaker.isOpen) throw failed.error
        return work().catch(error => {
          failed = { error }
          throw error
        })
      }
      const isWorthIt = (error: unknown) => !breaker.isOpen && retriable(error)
      return breaker.run(() => retrier.run(attempt, { signal, retriable: isWorthIt }))
    },
  }
}
