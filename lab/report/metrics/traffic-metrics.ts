import { type Entry, firstFinalOp } from '../../journal/journal.ts'
import type { MetricSet } from './metric-set.ts'

/** Counts operations of the traffic; the final reads are none. */
export function trafficMetrics(metrics: MetricSet): (entry: Entry) => void {
  const started = metrics.counter('lab_operations_started_total')
  const operations = metrics.counter('lab_operations_total')
  const inFlight = metrics.gauge('lab_operations_in_flight')
  const duration = metrics.histogram('lab_operation_duration_seconds')
  return entry => {
    if (entry.kind === 'invoke' && entry.op < firstFinalOp) {
      started.inc({ workload: entry.workload })
      inFlight.inc({ workload: entry.workload })
    }
    if (entry.kind === 'complete' && entry.op < firstFinalOp) {
      const { workload, outcome, latencyMs } = entry
      const isOk = outcome.kind === 'ok'
      inFlight.dec({ workload })
      operations.inc({ workload, outcome: outcome.kind, ended: isOk ? '' : outcome.ended })
      if (isOk) duration.observe({ workload }, latencyMs / 1000)
    }
  }
}
