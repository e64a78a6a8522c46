import { leastVisibleShare } from '../base/binomial.ts'
import { type Duration, toMs } from '../base/duration.ts'
import type { Json } from '../base/json.ts'
import { nearestRank } from '../base/quantile.ts'
import type { AbortCondition } from './experiment.ts'
import type { Hypothesis, SystemProbe, Tolerance, TrafficProbe } from './hypothesis.ts'
import { ratesOf } from './rates.ts'
import type { LabSystem } from './target.ts'
import { operationsIn, type Seen } from './traffic-window.ts'
import type { Workload } from './workload.ts'

/** What a probe needs to know of the workload it looks at. */
type Watched = Pick<Workload<never>, 'name' | 'perSecond'>

/** A probe of traffic that knows how often there is something to see. */
export interface WorkloadProbe<Value extends Json> extends TrafficProbe<Value> {
  /** The least planned rate of its workload above zero. */
  readonly perSecond: number
}

const defaultSamples = 20
const defaultOverMs = 2_000

export interface HypothesisOptions {
  /** Window of traffic; default '2s', or what `samples` operations take where they are rarer. */
  readonly over?: Duration
  /** Fewer operations in the window say nothing; default 20. */
  readonly samples?: number
}

/** One sentence of the steady state: what is measured, and what is tolerated. */
export function hypothesis<System extends LabSystem, Value extends Json>(
  sentence: string,
  probe: SystemProbe<System, Value> | WorkloadProbe<Value>,
  tolerance: Tolerance<Json>,
  { over, samples = defaultSamples }: HypothesisOptions = {},
): Hypothesis<System> {
  const neededMs = 'over' in probe ? Math.ceil((1.2 * samples * 1000) / probe.perSecond) : 0
  const overMs = over === undefined ? Math.max(defaultOverMs, neededMs) : toMs(over)
  return { sentence, probe, tolerance, overMs, samples }
}

/** 95th percentile of latency, in ms from the intended start, of ok answers and of what hangs. */
export function p95(workload: Watched): WorkloadProbe<number> {
  return latency(workload, 95)
}

/** 99th percentile of latency, in ms from the intended start, of ok answers and of what hangs. */
export function p99(workload: Watched): WorkloadProbe<number> {
  return latency(workload, 99)
}

/** A traffic probe that can also be written as an abort condition. */
export interface RatioProbe extends WorkloadProbe<number> {
  above(limit: number): { for(duration: Duration): AbortCondition }
}

/**
 * Share of operations that were not ok, from 0 to 1: failed, unknown, or in flight for over a second
 * at the end of the window. Younger ones in flight are not counted.
 */
export function errorRatio(workload: Watched): RatioProbe {
  const probe: WorkloadProbe<number> = {
    ...watched(workload, `error ratio of ${workload.name}`),
    worst: 1,
    over: window => {
      const operations = operationsIn(window, workload.name).filter(isDecided)
      if (operations.length === 0) return undefined
      const bad = operations.filter(({ outcome }) => outcome?.kind !== 'ok').length
      return { value: bad / operations.length, samples: operations.length }
    },
    sees: (samples, bound) => `an error ratio of ${percent(samples, bound)} or more, at 95 %`,
  }
  return { ...probe, above: limit => ({ for: duration => whenAbove(probe, limit, duration) }) }
}

/** Ok answers per second of the window. */
export function throughput(workload: Watched): WorkloadProbe<number> {
  return {
    ...watched(workload, `throughput of ${workload.name}`),
    worst: 0,
    over: window => {
      const operations = operationsIn(window, workload.name)
      if (operations.length === 0) return undefined
      const oks = operations.filter(({ outcome }) => outcome?.kind === 'ok').length
      const value = (1000 * oks) / (window.toMs - window.fromMs)
      return { value, samples: operations.length }
    },
  }
}

function whenAbove(probe: WorkloadProbe<number>, limit: number, duration: Duration) {
  const accepts: Tolerance<number> = {
    expected: `at most ${limit}`,
    bound: limit,
    accepts: value => value <= limit,
  }
  return { probe, accepts, forMs: toMs(duration) }
}

function latency(workload: Watched, percentile: number): WorkloadProbe<number> {
  return {
    ...watched(workload, `p${percentile} of ${workload.name}`),
    worst: Number.POSITIVE_INFINITY,
    timed: true,
    over: window => {
      const operations = operationsIn(window, workload.name)
      const oks = operations.filter(({ outcome }) => outcome?.kind === 'ok').map(tookMs)
      if (oks.length === 0) return undefined
      const known = quantile(oks, percentile)
      // What is in flight can only raise it: how long it will take is not known yet.
      const slow = operations.filter(each => !each.outcome && tookMs(each) > known).map(tookMs)
      const value = quantile([...oks, ...slow], percentile)
      return { value, samples: oks.length + slow.length }
    },
    sees: samples => {
      const share = percent(samples, 1 - percentile / 100)
      return `a share of ${share} or more beyond the bound, at 95 %`
    },
  }
}

/** Unanswered for longer than this, an operation counts as bad. */
const overdueMs = 1_000

const isDecided = ({ outcome, latencyMs }: Seen) => outcome !== undefined || latencyMs > overdueMs
const tookMs = ({ latencyMs }: Seen) => latencyMs

function quantile(valuesMs: readonly number[], percentile: number): number {
  const ascending = Float64Array.from(valuesMs).sort()
  return Math.round(100 * Math.max(0, nearestRank(ascending, percentile / 100))) / 100
}

function percent(samples: number, bound: number): string {
  return `${Math.ceil(1000 * leastVisibleShare(samples, bound)) / 10} %`
}

function watched(workload: Watched, name: string) {
  const rates = ratesOf(workload)
    .map(({ perSecond }) => perSecond)
    .filter(rate => rate > 0)
  return { name, workload: workload.name, perSecond: Math.min(...rates) }
}
