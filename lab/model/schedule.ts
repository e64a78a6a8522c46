import type { Duration } from '../base/duration.ts'
import type { Fault } from './fault.ts'
import type { LabSystem } from './target.ts'

/** A fault and when it strikes, counted from the start of the inject phase. */
export interface Strike<in System extends LabSystem = LabSystem> {
  readonly at: Duration
  readonly fault: Fault<System>
  /** How long it lasts; none for a momentary fault, or until the heal phase for a lasting one. */
  readonly for?: Duration
  /** The seed moves the strike within [at, at + within]; default '0ms'. */
  readonly within?: Duration
}

export function at<System extends LabSystem>(
  moment: Duration,
  fault: Fault<System>,
  options: { readonly for?: Duration; readonly within?: Duration } = {},
): Strike<System> {
  return { at: moment, fault, ...options }
}
