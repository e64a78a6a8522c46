import type { Json } from '../base/json.ts'
import type { Entry } from '../journal/journal.ts'
import type { LabSystem } from './target.ts'

/** Measures the system itself, now. */
export interface SystemProbe<in System extends LabSystem, Value extends Json> {
  readonly name: string
  measure(system: System, signal: AbortSignal): Promise<Value>
}

/** Measures traffic, from a window of the journal. Undefined: too few samples to say. */
export interface TrafficProbe<Value extends Json> {
  readonly name: string
  over(window: readonly Entry[]): Value | undefined
}

export interface Tolerance<in Value> {
  /** `at most 150 ms`. */
  readonly expected: string
  accepts(value: Value): boolean
}

/** One sentence that must be true before the fault, after it, and after the rollback. */
export interface Hypothesis<in System extends LabSystem> {
  readonly sentence: string
  readonly probe: SystemProbe<System, Json> | TrafficProbe<Json>
  readonly tolerance: Tolerance<Json>
}
