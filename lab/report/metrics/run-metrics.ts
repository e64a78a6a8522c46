import { type Clock, systemClock } from '../../base/clock.ts'
import { verdicts } from '../../base/verdict.ts'
import { type Entry, type Phase, phases } from '../../journal/journal.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import { concludeMetrics, fallBack } from './conclusion-metrics.ts'
import { faultMetrics } from './fault-metrics.ts'
import { MetricSet } from './metric-set.ts'
import { partMetrics } from './part-metrics.ts'
import { trafficMetrics } from './traffic-metrics.ts'
import { wireMetrics } from './wire-metrics.ts'

/** A run as Prometheus sees it, fed from journal entries, in a registry of its own. */
export class RunMetrics {
  readonly #metrics = new MetricSet()
  readonly #clock: Clock
  readonly #takers: readonly ((entry: Entry) => void)[]
  #startedMs = 0
  #concluded: Conclusion | undefined

  constructor(clock: Clock = systemClock) {
    this.#clock = clock
    this.#takers = [
      wireMetrics(this.#metrics),
      trafficMetrics(this.#metrics),
      partMetrics(this.#metrics),
      faultMetrics(this.#metrics, {
        unix: atMs => (this.#startedMs + atMs) / 1000,
        nowMs: () => this.#clock.wall().getTime() - this.#startedMs,
      }),
    ]
    for (const verdict of verdicts) this.#metrics.gauge('lab_run_verdict').set({ verdict }, 0)
    this.#metrics.gauge('lab_run_end_time_seconds').set(0)
    this.#metrics.counter('lab_stall_seconds_total').inc(0)
    this.#metrics.counter('lab_journal_dropped_total').inc(0)
  }

  get registry(): MetricSet['registry'] {
    return this.#metrics.registry
  }

  take(entry: Entry): void {
    if (entry.kind === 'run') this.#began(entry)
    if (entry.kind === 'crew') this.#held(entry)
    if (entry.kind === 'phase') this.#entered(entry.phase)
    if (entry.kind === 'probe' && !entry.tooFew) {
      const { hypothesis, when, held } = entry
      this.#metrics.gauge('lab_hypothesis_held').set({ hypothesis, when }, held ? 1 : 0)
    }
    if (entry.kind === 'stall') {
      this.#metrics.counter('lab_stall_seconds_total').inc(entry.stalledMs / 1000)
    }
    if (entry.kind === 'overflow') {
      this.#metrics.counter('lab_journal_dropped_total').inc(entry.dropped)
    }
    for (const take of this.#takers) take(entry)
  }

  conclude(conclusion: Conclusion): void {
    this.#concluded = conclusion
    this.#entered(undefined)
    const endedMs = this.#startedMs + conclusion.durationMs
    this.#metrics.gauge('lab_run_end_time_seconds').set(endedMs / 1000)
    concludeMetrics(this.#metrics, conclusion)
  }

  /** To be called once the verdict was seen. */
  fallBack(): void {
    if (this.#concluded) fallBack(this.#metrics, this.#concluded)
  }

  #began({ experiment, runId, seed, proxy, startedAt }: Extract<Entry, { kind: 'run' }>): void {
    this.#startedMs = Date.parse(startedAt)
    this.#metrics.gauge('lab_run_start_time_seconds').set(this.#startedMs / 1000)
    const labels = { experiment, run: runId, seed: `${seed}`, proxy }
    this.#metrics.gauge('lab_run_info').set(labels, 1)
  }

  /** A game day has no run: it begins when it is opened, and again when it is resumed. */
  #held({ act, atMs }: Extract<Entry, { kind: 'crew' }>): void {
    if (act.did !== 'opened' && act.did !== 'resumed') return
    this.#startedMs = Date.parse(act.at) - atMs
    this.#metrics.gauge('lab_run_start_time_seconds').set(this.#startedMs / 1000)
  }

  #entered(phase: Phase | undefined): void {
    for (const each of phases) {
      this.#metrics.gauge('lab_run_phase').set({ phase: each }, each === phase ? 1 : 0)
    }
  }
}
