import type { Json } from '../base/json.ts'
import type { Entry } from '../journal/journal.ts'
import type { LabSystem } from './target.ts'

/** Measures the system itself, now. */
export interface SystemProbe<in System extends LabSystem, Value extends Json> {
  readonly name: string
  measure(system: System, signal: AbortSignal): Promise<Value>
}

/** A stretch of traffic, in ms since the run began; `fromMs` is in it, `toMs` is not. */
export interface TrafficWindow {
  readonly fromMs: number
  readonly toMs: number
  /** Every entry of the journal from `fromMs` on, and the starts of what was then in flight. */
  readonly entries: readonly Entry[]
}

/** What a probe of traffic says of a window. */
export interface Measured<Value> {
  readonly value: Value
  /** So many operations it rests on. */
  readonly samples: number
}

/**
 * Measures traffic, from a window of the journal. Operations belong to the window in which they were
 * intended to start. One that is in flight longer than others take is bad already; final reads count
 * for nothing.
 */
export interface TrafficProbe<Value extends Json> {
  readonly name: string
  /** The workload it looks at. */
  readonly workload: string
  /** It measures how long something takes, so other work on the machine disturbs it. */
  readonly timed?: true
  /** Undefined where nothing at all can be said: no operation. */
  over(window: TrafficWindow): Measured<Value> | undefined
  /** The worst there is, where that is known: a tolerance that accepts it would accept anything. */
  readonly worst?: number
  /** What so many samples would have shown of a state worse than the bound, for people. */
  readonly sees?: (samples: number, bound: number) => string
}

export interface Tolerance<in Value> {
  /** `at most 150 ms`. */
  readonly expected: string
  /** The bound as a number, where there is one; ms for durations. */
  readonly bound?: number
  accepts(value: Value): boolean
}

/** One sentence that must be true before the fault, after it, and after the rollback. */
export interface Hypothesis<in System extends LabSystem> {
  readonly sentence: string
  readonly probe: SystemProbe<System, Json> | TrafficProbe<Json>
  readonly tolerance: Tolerance<Json>
  /** The window of traffic it is judged over. */
  readonly overMs: number
  /** Fewer operations in the window say nothing. */
  readonly samples: number
}
