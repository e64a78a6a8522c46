import { quantile } from '../base/quantile.ts'
import { isOk, type Performed, trafficOf } from '../checkers/shared/history.ts'
import { strikesIn } from '../checkers/shared/strikes.ts'
import type { Journal } from '../journal/journal.ts'

/** How the traffic of a run went while its fault was in force, beside the time before. */
export interface Weather {
  /** Operations that were due meanwhile. */
  readonly during: number
  /** The share of them that ended ok, from 0 to 1. */
  readonly okShare: number
  /** 95th percentile of the latency of ok answers, in ms; none where nothing was ok. */
  readonly p95BeforeMs?: number
  readonly p95DuringMs?: number
}

/** What a fault that is over at once may still be felt for. */
const aftermathMs = 2_000

export function weatherOf(journal: Journal, workload: string): Weather {
  const [strike] = strikesIn(journal)
  const fromMs = strike?.appliedMs ?? Number.POSITIVE_INFINITY
  const toMs = Math.max(strike?.healedMs ?? 0, fromMs + aftermathMs)
  const traffic = trafficOf(journal, { name: workload })
  const during = traffic.filter(({ intendedMs }) => intendedMs >= fromMs && intendedMs < toMs)
  const before = p95(traffic.filter(({ intendedMs }) => intendedMs < fromMs))
  const meanwhile = p95(during)
  return {
    during: during.length,
    okShare: during.length === 0 ? 0 : during.filter(isOk).length / during.length,
    ...(before === undefined ? {} : { p95BeforeMs: before }),
    ...(meanwhile === undefined ? {} : { p95DuringMs: meanwhile }),
  }
}

/** Nothing worth a word was lost, and it went as fast as before. */
export function isCalm({ okShare, p95BeforeMs = 0, p95DuringMs = 0 }: Weather): boolean {
  return okShare >= 0.99 && p95DuringMs <= Math.max(2 * p95BeforeMs, p95BeforeMs + 100)
}

function p95(performed: readonly Performed[]): number | undefined {
  const latencies = performed.filter(isOk).map(({ answer }) => answer.latencyMs)
  if (latencies.length === 0) return undefined
  return quantile(
    latencies.toSorted((a, b) => a - b),
    0.95,
  )
}
