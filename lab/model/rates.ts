import { toMs } from '../base/duration.ts'
import type { PlannedWorkload } from '../journal/plan.ts'
import type { ClosedLoop, Workload } from './workload.ts'

/** The rate at a moment; between two points it changes evenly, after the last one it stays. */
export type Rates = PlannedWorkload['rates']

export function isClosedLoop(perSecond: Workload<never>['perSecond']): perSecond is ClosedLoop {
  return typeof perSecond === 'object' && 'thinkTime' in perSecond
}

/** A workload's rate as points over time, in ms since traffic began; 0 in a closed loop, which has none. */
export function ratesOf({ perSecond }: Pick<Workload<never>, 'perSecond'>): Rates {
  if (isClosedLoop(perSecond)) return [{ fromMs: 0, perSecond: 0 }]
  if (typeof perSecond === 'number') return [{ fromMs: 0, perSecond }]
  const [first] = perSecond
  const rates: Rates = [{ fromMs: 0, perSecond: first?.perSecond ?? 0 }]
  let fromMs = 0
  for (const stage of perSecond) {
    fromMs += toMs(stage.for)
    rates.push({ fromMs, perSecond: stage.perSecond })
  }
  return rates
}

/** How many operations are due in the first `ms` of traffic. */
export function plannedBy(rates: Rates, ms: number): number {
  return rates.reduce((sum, { fromMs, perSecond }, index) => {
    if (ms <= fromMs) return sum
    const next = rates[index + 1]
    if (!next) return sum + ((ms - fromMs) / 1000) * perSecond
    const spanMs = next.fromMs - fromMs
    const untilMs = Math.min(ms, next.fromMs)
    if (spanMs === 0) return sum
    const rateThen = perSecond + ((next.perSecond - perSecond) * (untilMs - fromMs)) / spanMs
    return sum + (((perSecond + rateThen) / 2) * (untilMs - fromMs)) / 1000
  }, 0)
}
