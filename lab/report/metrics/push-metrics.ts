import { Pushgateway } from 'prom-client'
import { type Clock, systemClock } from '../../base/clock.ts'
import { messageOf } from '../../base/errors.ts'
import type { Entry } from '../../journal/journal.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import { RunMetrics } from './run-metrics.ts'

const timeoutMs = 2_000

export interface PushOptions {
  /** Of the Pushgateway: `http://gateway:9091`. */
  readonly url: string
  /** The grouping key beside the job `resilience_lab`. */
  readonly experiment: string
  /** Default 1000. */
  readonly everyMs?: number
  readonly clock?: Clock
  /** A push that failed; the run goes on. */
  readonly onFailure: (message: string) => void
}

/** Pushes a run's metrics to a Pushgateway while it goes on. */
export interface MetricsPush {
  onEntry(entry: Entry): void
  /**
   * The last samples are there for two pushes, and then those with the verdict back at 0: a gateway
   * keeps what it was told last.
   */
  finish(conclusion: Conclusion): Promise<void>
}

export function pushMetrics(options: PushOptions): MetricsPush & AsyncDisposable {
  const { url, experiment, everyMs = 1_000, clock = systemClock, onFailure } = options
  const metrics = new RunMetrics(clock)
  const gateway = new Pushgateway(url, { timeout: timeoutMs }, metrics.registry)
  let failed = false
  const push = async () => {
    try {
      await gateway.push({ jobName: 'resilience_lab', groupings: { experiment } })
    } catch (error) {
      // Once is enough to hear it.
      if (!failed) onFailure(`metrics could not be pushed to ${url}: ${messageOf(error)}`)
      failed = true
    }
  }
  const over = new AbortController()
  const pushing = (async () => {
    while (!over.signal.aborted) {
      await push()
      await clock.sleep(everyMs, over.signal).catch(() => {})
    }
  })()
  const end = async () => {
    over.abort()
    await pushing
  }
  return {
    onEntry: entry => metrics.take(entry),
    finish: async conclusion => {
      await end()
      metrics.conclude(conclusion)
      await push()
      if (!failed) await clock.sleep(2 * everyMs)
      metrics.fallBack()
      if (!failed) await push()
    },
    [Symbol.asyncDispose]: end,
  }
}
