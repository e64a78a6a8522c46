import type { Defences } from '../defences.ts'

/** For what only helps: it may take so long, and is done without after that. */
export interface Budget {
  /** @throws {BudgetSpent} after `budgetMs`, and for `restMs` from then on at once. */
  spend<T>(work: () => Promise<T>): Promise<T>
}

class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent'
}

const boundless: Budget = { spend: work => work() }

/** A cache that is slow is as good as none: it is left alone for a while, then one asks it again. */
export function createBudget(defences: Pick<Defences, 'on' | 'settings'>): Budget {
  if (!defences.on('cache-budget')) return boundless
  const { budgetMs, restMs } = defences.settings('cache-budget')
  let restsUntil = 0
  return {
    spend: async work => {
      const now = performance.now()
      if (now < restsUntil) throw new BudgetSpent('It was too slow a moment ago.')
      const { promise: tooLate, reject } = Promise.withResolvers<never>()
      const timer = setTimeout(() => {
        restsUntil = performance.now() + restMs
        reject(new BudgetSpent(`It took more than ${budgetMs} ms.`))
      }, budgetMs)
      try {
        const working = work()
        working.catch(() => {})
        return await Promise.race([working, tooLate])
      } finally {
        clearTimeout(timer)
        tooLate.catch(() => {})
      }
    },
  }
}
