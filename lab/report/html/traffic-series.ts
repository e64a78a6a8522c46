import { nearestRank } from '../../base/quantile.ts'
import { history } from '../../checkers/shared/history.ts'
import type { Journal } from '../../journal/journal.ts'

/** What a workload's clients got, in buckets of equal length by the time of the answer. */
export interface TrafficSeries {
  readonly workload: string
  readonly bucketMs: number
  readonly buckets: readonly TrafficBucket[]
  readonly totals: { readonly ok: number; readonly fail: number; readonly info: number }
  /** Latency of the ok answers of the whole run, ms. */
  readonly latency: Percentiles | undefined
}

export interface TrafficBucket {
  readonly fromMs: number
  readonly ok: number
  readonly fail: number
  readonly info: number
  /** Of the ok answers in this bucket; undefined when there was none. */
  readonly latency: Percentiles | undefined
}

export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

interface Tally {
  ok: number
  fail: number
  info: number
  /** Of ok answers. */
  readonly latenciesMs: number[]
}

/** Over a run that ends at `endMs`, of which `shownMs` are drawn. Final reads are left out. */
export function trafficSeries(
  journal: Journal,
  workload: string,
  { endMs, shownMs }: { readonly endMs: number; readonly shownMs: number },
): TrafficSeries {
  const bucketMs = bucketLength(shownMs)
  const count = Math.floor(endMs / bucketMs) + 1
  const tallies = Array.from({ length: count }, tally)
  const total = tally()
  for (const { phase, answer } of history(journal, { name: workload })) {
    if (!answer || phase === 'final-reads') continue
    const bucket = tallies[Math.floor(answer.atMs / bucketMs)]
    for (const each of bucket ? [bucket, total] : [total]) {
      each[answer.outcome.kind]++
      if (answer.outcome.kind === 'ok') each.latenciesMs.push(answer.latencyMs)
    }
  }
  const buckets = tallies.map(({ ok, fail, info, latenciesMs }, i) => {
    return { fromMs: i * bucketMs, ok, fail, info, latency: percentiles(latenciesMs) }
  })
  const { ok, fail, info } = total
  return {
    workload,
    bucketMs,
    buckets,
    totals: { ok, fail, info },
    latency: percentiles(total.latenciesMs),
  }
}

/** About fifty buckets for the run, of a length a person can name. */
export function bucketLength(lengthMs: number): number {
  const lengths = [100, 250, 500, 1000, 2000, 5000, 10_000, 30_000]
  return lengths.find(each => lengthMs / each <= 65) ?? 60_000
}

function tally(): Tally {
  return { ok: 0, fail: 0, info: 0, latenciesMs: [] }
}

function percentiles(latenciesMs: readonly number[]): Percentiles | undefined {
  if (latenciesMs.length === 0) return undefined
  const ascending = Float64Array.from(latenciesMs).sort()
  const at = (q: number) => Math.round(100 * Math.max(0, nearestRank(ascending, q))) / 100
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
