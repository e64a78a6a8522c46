import pLimit, { type LimitFunction } from 'p-limit'
import { currentContext } from '../context.ts'

export interface Shares {
  /** Waits for a place among those of the present request's route; resolves to how to give it back. */
  take(): Promise<() => void>
  /** How many wait for a place. */
  waiting(): number
}

export const noShares: Shares = { take: async () => () => {}, waiting: () => 0 }

/**
 * So many connections at once for each route, so that a slow one leaves some to all others. What is
 * done for no route takes as many as there are.
 * @param waitMs how long to wait for a place; undefined: for ever.
 * @throws {Error} as the pool does, when there was no place in time; the deadline's, when that passed.
 */
export function createShares(most: number, waitMs: number | undefined): Shares {
  const limits = new Map<string, LimitFunction>()
  let waiting = 0
  const take = async () => {
    const { route, deadline } = currentContext()
    if (route === undefined) return noShares.take()
    const limit = limits.get(route) ?? pLimit(most)
    limits.set(route, limit)
    const { promise, resolve, reject } = Promise.withResolvers<() => void>()
    let isLate = false
    const giveUp = () => {
      isLate = true
      reject(new Error('timeout exceeded when trying to connect'))
    }
    const timer = waitMs === undefined ? undefined : setTimeout(giveUp, waitMs)
    void limit(async () => {
      clearTimeout(timer)
      if (deadline.stop?.aborted) reject(deadline.stop.reason)
      else if (!isLate) await new Promise<void>(done => resolve(done))
    })
    waiting++
    return promise.finally(() => waiting--)
  }
  return { take, waiting: () => waiting }
}
