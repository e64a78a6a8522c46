import pLimit from 'p-limit'
import { currentContext } from '../context.ts'
import { unavailable } from '../problem.ts'

/** Keeps one kind of work from taking all there is: so much at once, so much waiting. */
export interface Bulkhead {
  /** @throws {Problem} 503 `busy` at once, when too many wait already; the deadline's, if it passed meanwhile. */
  run<T>(work: () => Promise<T>): Promise<T>
}

export const noBulkhead: Bulkhead = { run: work => work() }

/** @param title what those are told for whom there is no place. */
export function createBulkhead(
  title: string,
  { concurrent, waiting }: { readonly concurrent: number; readonly waiting: number },
): Bulkhead {
  const limit = pLimit(concurrent)
  return {
    run: work => {
      if (limit.pendingCount >= waiting) {
        return Promise.reject(unavailable('busy', title))
      }
      const { signal } = currentContext().deadline
      return limit(() => {
        // Working for those who have been refused meanwhile would make all who follow late, too.
        signal?.throwIfAborted()
        return work()
      })
    },
  }
}
