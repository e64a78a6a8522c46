import { build } from 'hdr-histogram-js'
import type { Outcome } from './connection.ts'
import type { Report } from './plan.ts'

const sliceMs = 250
/** In µs; what takes longer was given up long before. */
const histogram = () =>
  build({ highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: 3 })
const inUs = (ms: number) => Math.max(1, Math.round(ms * 1_000))

/** Counts outcomes. Only what was answered as expected has a latency; all else is an error. */
export class Tally {
  readonly #latency = histogram()
  readonly #late = histogram()
  readonly #errors: Record<string, number> = {}
  readonly #slices: { ok: number; errors: number; worstMs: number }[] = []
  readonly #startMs: number
  #lastMs: number
  #ok = 0
  #sent = 0

  constructor(startMs: number) {
    this.#startMs = startMs
    this.#lastMs = startMs
  }

  get settled(): number {
    return this.#ok + this.#failed
  }

  get #failed(): number {
    return Object.values(this.#errors).reduce((sum, count) => sum + count, 0)
  }

  /** @param lateMs by how much the generator missed the intended start. */
  sent(lateMs: number): void {
    this.#sent++
    this.#late.recordValue(inUs(lateMs))
  }

  /** @param latencyMs since the intended start. */
  settle(outcome: Outcome, expected: number, nowMs: number, latencyMs: number): void {
    this.#lastMs = nowMs
    const slice = this.#slice(nowMs)
    slice.worstMs = Math.max(slice.worstMs, latencyMs)
    if (outcome === expected) {
      this.#ok++
      slice.ok++
      this.#latency.recordValue(inUs(latencyMs))
    } else {
      this.#errors[outcome] = (this.#errors[outcome] ?? 0) + 1
      slice.errors++
    }
  }

  report(connections: Report['connections']): Report {
    const at = (percentile: number) => this.#latency.getValueAtPercentile(percentile) / 1_000
    const { mean, stdDeviation, maxValue, totalCount } = this.#latency
    const seconds = (this.#lastMs - this.#startMs) / 1_000
    return {
      sent: this.#sent,
      ok: this.#ok,
      errors: { ...this.#errors },
      errorPercent: this.settled === 0 ? 100 : (100 * this.#failed) / this.settled,
      seconds,
      okPerSecond: seconds > 0 ? this.#ok / seconds : 0,
      latency: {
        p50Ms: at(50),
        p90Ms: at(90),
        p95Ms: at(95),
        p99Ms: at(99),
        p999Ms: at(99.9),
        maxMs: totalCount > 0 ? maxValue / 1_000 : 0,
        variation: mean > 0 ? stdDeviation / mean : 0,
      },
      lateP99Ms: this.#late.getValueAtPercentile(99) / 1_000,
      connections,
      timeline: Array.from(this.#slices, (slice, index) => ({ atMs: index * sliceMs, ...slice })),
    }
  }

  #slice(nowMs: number) {
    const index = Math.max(0, Math.floor((nowMs - this.#startMs) / sliceMs))
    while (this.#slices.length <= index) this.#slices.push({ ok: 0, errors: 0, worstMs: 0 })
    const slice = this.#slices[index]
    if (!slice) throw new RangeError(`There is no slice ${index}.`)
    return slice
  }
}
