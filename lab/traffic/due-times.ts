import type { Random } from '../base/random.ts'
import type { Rates } from '../model/rates.ts'

/**
 * When operations are due, in ms since traffic began: operation i at a moment, which `random` picks,
 * between those at which the rates have made i and i + 1. Ends where the rate stays 0.
 */
export function* dueTimes(rates: Rates, random: Random): Generator<number, void> {
  let op = 0
  let count = random.next()
  let before = 0
  for (const [index, { fromMs, perSecond }] of rates.entries()) {
    const next = rates[index + 1]
    const spanMs = next ? next.fromMs - fromMs : Number.POSITIVE_INFINITY
    const perMs = perSecond / 1000
    const slope = next && spanMs > 0 ? (next.perSecond / 1000 - perMs) / spanMs : 0
    const forEver = perMs > 0 ? Number.POSITIVE_INFINITY : 0
    const inStage = next ? ((perMs + next.perSecond / 1000) / 2) * spanMs : forEver
    while (count < before + inStage) {
      yield fromMs + msToMake(count - before, perMs, slope)
      count = ++op + random.next()
    }
    before += inStage
  }
}

/** When a rate that begins with `perMs` and grows by `slope` each ms has made so many operations. */
function msToMake(count: number, perMs: number, slope: number): number {
  if (count === 0) return 0
  return (2 * count) / (perMs + Math.sqrt(Math.max(0, perMs ** 2 + 2 * slope * count)))
}
