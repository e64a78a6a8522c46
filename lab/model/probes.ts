import { build } from 'hdr-histogram-js'
import { type Duration, toMs } from '../base/duration.ts'
import type { Json } from '../base/json.ts'
import type { Entry } from '../journal/journal.ts'
import type { AbortCondition } from './experiment.ts'
import type { Hypothesis, SystemProbe, Tolerance, TrafficProbe } from './hypothesis.ts'
import type { LabSystem } from './target.ts'

type Named = { readonly name: string }
type Complete = Extract<Entry, { readonly kind: 'complete' }>

/** Fewer answers than this say nothing about a quantile or a ratio. */
const leastSamples = 20

/** One sentence of the steady state: what is measured, and what is tolerated. */
export function hypothesis<System extends LabSystem, Value extends Json>(
  sentence: string,
  probe: SystemProbe<System, Value> | TrafficProbe<Value>,
  tolerance: Tolerance<Json>,
): Hypothesis<System> {
  return { sentence, probe, tolerance }
}

/** 95th percentile of the latency of ok answers, in ms from the intended start. */
export function p95(workload: Named): TrafficProbe<number> {
  return latency(workload, 95)
}

/** 99th percentile of the latency of ok answers, in ms from the intended start. */
export function p99(workload: Named): TrafficProbe<number> {
  return latency(workload, 99)
}

/** A traffic probe that can also be written as an abort condition. */
export interface RatioProbe extends TrafficProbe<number> {
  above(limit: number): { for(duration: Duration): AbortCondition }
}

/** Share of answers that were not ok (failed, or unknown), from 0 to 1. */
export function errorRatio(workload: Named): RatioProbe {
  const probe: TrafficProbe<number> = {
    name: `error ratio of ${workload.name}`,
    over: window => {
      const answers = completions(window, workload)
      if (answers.length < leastSamples) return undefined
      return answers.filter(each => each.outcome.kind !== 'ok').length / answers.length
    },
  }
  return { ...probe, above: limit => ({ for: duration => whenAbove(probe, limit, duration) }) }
}

/** Ok answers per second, over the time the window spans. */
export function throughput(workload: Named): TrafficProbe<number> {
  return {
    name: `throughput of ${workload.name}`,
    over: window => {
      const oks = completions(window, workload).filter(each => each.outcome.kind === 'ok')
      const spanMs = (window.at(-1)?.atMs ?? 0) - (window[0]?.atMs ?? 0)
      return spanMs > 0 ? (1000 * oks.length) / spanMs : undefined
    },
  }
}

function whenAbove(probe: TrafficProbe<number>, limit: number, duration: Duration): AbortCondition {
  const accepts: Tolerance<number> = {
    expected: `at most ${limit}`,
    accepts: value => value <= limit,
  }
  return { probe, accepts, forMs: toMs(duration) }
}

function latency(workload: Named, percentile: number): TrafficProbe<number> {
  return {
    name: `p${percentile} of ${workload.name}`,
    over: window => {
      const oks = completions(window, workload).filter(each => each.outcome.kind === 'ok')
      if (oks.length < leastSamples) return undefined
      const histogram = build({ numberOfSignificantValueDigits: 3 })
      for (const each of oks) histogram.recordValue(Math.max(0, Math.round(each.latencyMs * 1000)))
      return Math.round(histogram.getValueAtPercentile(percentile) / 10) / 100
    },
  }
}

function completions(window: readonly Entry[], workload: Named): readonly Complete[] {
  return window.filter(
    (entry): entry is Complete => entry.kind === 'complete' && entry.workload === workload.name,
  )
}
