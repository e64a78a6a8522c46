import type { Meter } from '../../lab/model/meter.ts'
import { type Sample, samplesOf } from './prometheus-text.ts'

/** The sum of some series. */
interface Figure {
  readonly metric: string
  readonly only?: (labels: Sample['labels']) => boolean
  /** Of one unit of the metric; default 1. */
  readonly factor?: number
}

const result = (word: string) => (labels: Sample['labels']) => labels.result === word
const status = (pattern: RegExp) => (labels: Sample['labels']) => pattern.test(labels.status ?? '')
const answers = 'http_request_duration_seconds_count'

/** Counters count since the process began; the lag is the longest since it was last read. */
const figures: Readonly<Record<string, Figure>> = {
  eventLoopLagMs: { metric: 'nodejs_eventloop_lag_max_seconds', factor: 1_000 },
  heapBytes: { metric: 'nodejs_heap_size_used_bytes' },
  poolConnections: { metric: 'pg_pool_connections' },
  poolIdle: { metric: 'pg_pool_idle' },
  poolWaiting: { metric: 'pg_pool_waiting' },
  queueDepth: { metric: 'messages_queue_depth' },
  queueOldestMs: { metric: 'messages_oldest_age_seconds', factor: 1_000 },
  webSockets: { metric: 'websocket_connections' },
  answers: { metric: answers },
  refusals: { metric: answers, only: status(/^4|^503$/) },
  failures: { metric: answers, only: status(/^5(?!03)/) },
  retries: { metric: 'dependency_retries_total', only: result('granted') },
  retriesRefused: { metric: 'dependency_retries_total', only: result('refused') },
  breakerOpenings: {
    metric: 'circuit_breaker_transitions_total',
    only: ({ to }) => to === 'open',
  },
  transactionRetries: { metric: 'pg_transaction_retries_total' },
}

/** What an instance of the shop says of itself on `/metrics`, read past every link. */
export function serviceMetrics(instance: string, url: string): Meter {
  return {
    of: instance,
    read: async signal => {
      const answer = await fetch(new URL('/metrics', url), { signal })
      if (!answer.ok) throw new Error(`${instance} does not tell its metrics: ${answer.status}`)
      return figuresIn(await answer.text())
    },
  }
}

/** A figure whose metric the process does not have is left out. */
export function figuresIn(text: string): Readonly<Record<string, number>> {
  const samples = Map.groupBy(samplesOf(text), ({ name }) => name)
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, { metric, only = () => true, factor = 1 }]) => {
      const found = samples.get(metric)
      if (!found) return []
      const values = found.filter(({ labels }) => only(labels)).map(({ value }) => value * factor)
      return [[name, values.reduce((a, b) => a + b, 0)]]
    }),
  )
}
