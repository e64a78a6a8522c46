import type { Report } from '../load/plan.ts'
import { startLoad } from '../load.ts'
import type { Curve, Measure } from '../measure.ts'
import { reads } from '../requests.ts'

const perSecond = 1_000
const seconds = 12
const leadInSeconds = 3
const patient = { 'x-deadline-ms': '10000' }

/**
 * Everybody has a connection open: all ask in one moment, then 1,000 of them a second.
 * Scenarios: LOD-01
 */
export const measure: Measure = {
  name: 'many-readers',
  scenario: 'LOD-01',
  goals: [
    { figure: 'open', title: 'connections open', unit: '', atLeast: 10_000 },
    { figure: 'burst', title: '10,000 reads at once: rate', unit: 'op/s', atLeast: 1_000 },
    { figure: 'burstErrors', title: '10,000 reads at once: errors', unit: '%', atMost: 1 },
    { figure: 'rate', title: '1,000 reads/s: answered', unit: 'op/s', atLeast: 990, isOwn: true },
    { figure: 'p95', title: '1,000 reads/s: p95', unit: 'ms', atMost: 50 },
    { figure: 'p99', title: '1,000 reads/s: p99', unit: 'ms', atMost: 100 },
    { figure: 'errors', title: '1,000 reads/s: errors', unit: '%', atMost: 1 },
    { figure: 'variation', title: '1,000 reads/s: std. dev. ÷ mean', unit: '', atMost: 1 },
    { figure: 'p50', title: '1,000 reads/s: p50', unit: 'ms' },
    { figure: 'late', title: '1,000 reads/s: generator late by, p99', unit: 'ms' },
  ],
  run: async system => {
    await using load = await startLoad(system, system.connections)
    const requests = reads(system.goods)
    // Who waits in so long a queue says that it is ready to.
    const patiently = requests.map(request => ({ ...request, headers: patient }))
    const burst = await load.play({
      requests: patiently,
      pace: { kind: 'burst', count: 10_000 },
    })
    // What so many at once have left behind, in queues and on heaps, is no part of a steady load.
    await load.play({ requests, pace: { kind: 'open', perSecond, seconds: leadInSeconds } })
    const steady = await load.play({ requests, pace: { kind: 'open', perSecond, seconds } })
    const { report } = steady
    const { latency } = report
    return {
      stretches: [
        {
          figures: { burst: burst.report.okPerSecond, burstErrors: burst.report.errorPercent },
          usage: burst.usage,
        },
        {
          figures: {
            open: report.connections.openAtEnd,
            rate: report.okPerSecond,
            p50: latency.p50Ms,
            p95: latency.p95Ms,
            p99: latency.p99Ms,
            errors: report.errorPercent,
            variation: latency.variation,
            late: report.lateP99Ms,
          },
          usage: steady.usage,
        },
      ],
      curves: [percentiles(report)],
    }
  },
}

function percentiles({ latency }: Report): Curve {
  return {
    plot: 'Latency of 1,000 reads/s over 10,000 connections',
    x: 'percentile',
    y: 'ms',
    name: 'latency from the intended start',
    points: [
      [50, latency.p50Ms],
      [90, latency.p90Ms],
      [95, latency.p95Ms],
      [99, latency.p99Ms],
      [99.9, latency.p999Ms],
    ],
  }
}
