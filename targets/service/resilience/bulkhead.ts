import pLimit from 'p-limit'
import { unavailable } from '../problem.ts'

/** Keeps one dependency from taking all there is: so many calls at once, so many waiting. */
export interface Bulkhead {
  /** @throws {Problem} 503 `busy` at once, when too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T>
}

export const noBulkhead: Bulkhead = { run: work => work() }

export function createBulkhead(
  name: string,
  { concurrent, waiting }: { readonly concurrent: number; readonly waiting: number },
): Bulkhead {
  const limit = pLimit(concurrent)
  return {
    run: work => {
      if (limit.pendingCount < waiting) return limit(work)
      const title = `Too many requests wait for ${name} already.`
      return Promise.reject(unavailable('busy', title, { outcome: 'not-done' }))
    },
  }
}
