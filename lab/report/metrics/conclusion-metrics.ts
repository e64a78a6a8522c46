import { verdicts } from '../../base/verdict.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import type { MetricSet } from './metric-set.ts'

const results = ['valid', 'invalid', 'unknown'] as const
/** By these names checks tell how long it took. */
const detecting = ['detectMs', 'firedMs']
const recovering = ['recoveryMs', 'outageMs', 'resolvedMs']

/** What a run came to. */
export function concludeMetrics(metrics: MetricSet, { verdict, checks }: Conclusion): void {
  const word = metrics.gauge('lab_run_verdict')
  const result = metrics.gauge('lab_check_result')
  const detect = metrics.gauge('lab_detect_seconds')
  const recover = metrics.gauge('lab_recover_seconds')
  for (const each of verdicts) word.set({ verdict: each }, each === verdict ? 1 : 0)
  for (const [check, { word: found, figures }] of Object.entries(checks)) {
    for (const each of results) result.set({ check, result: each }, each === found ? 1 : 0)
    for (const [figure, value] of Object.entries(figures)) {
      if (detecting.includes(figure)) detect.set({ check }, value / 1000)
      if (recovering.includes(figure)) recover.set({ check }, value / 1000)
    }
  }
}

/** A verdict is an event: once it was seen, its gauges are 0 again. */
export function fallBack(metrics: MetricSet, { checks }: Conclusion): void {
  for (const verdict of verdicts) metrics.gauge('lab_run_verdict').set({ verdict }, 0)
  for (const check of Object.keys(checks)) {
    for (const result of results) metrics.gauge('lab_check_result').set({ check, result }, 0)
  }
}
