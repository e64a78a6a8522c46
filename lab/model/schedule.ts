import { type Duration, toMs } from '../base/duration.ts'
import type { Json } from '../base/json.ts'
import type { Fault } from './fault.ts'
import type { SystemProbe, Tolerance } from './hypothesis.ts'
import type { LabSystem } from './target.ts'

/** When a strike is made; all times count from the start of the inject phase unless they say else. */
export type Moment<System extends LabSystem = LabSystem> =
  | { readonly kind: 'at'; readonly at: Duration }
  /** So long after another strike, by its name, came into force or was healed. */
  | {
      readonly kind: 'after'
      readonly strike: string
      readonly once: 'applied' | 'healed'
      readonly delay: Duration
    }
  /** As soon as the system says so; the run is inconclusive when it does not within `atMost`. */
  | {
      readonly kind: 'when'
      readonly probe: SystemProbe<System, Json>
      readonly accepts: Tolerance<Json>
      readonly atMost: Duration
    }

export interface StrikeOptions {
  /** How checks call it; default: the fault's name, with a number from the second one on. */
  readonly name?: string
  /** How long it lasts; none for a momentary fault, or until the heal phase for a lasting one. */
  readonly for?: Duration
  /** The seed moves the strike within [moment, moment + within]; default '0ms'. */
  readonly within?: Duration
  /** The least it must land in all; default 1. */
  readonly least?: number
  /** The least it must land on each part or link it is aimed at; default 0. */
  readonly leastEach?: number
}

/** A fault and when it strikes. */
export interface Strike<System extends LabSystem = LabSystem> extends StrikeOptions {
  readonly moment: Moment<System>
  readonly fault: Fault<System>
}

/** Strikes at a time, counted from the start of the inject phase. */
export function at<System extends LabSystem>(
  moment: Duration,
  fault: Fault<System>,
  options: StrikeOptions = {},
): Strike<System> {
  return { moment: { kind: 'at', at: moment }, fault, ...options }
}

/** Strikes so long after another strike is in force; with `once: 'healed'`, after it was healed. */
export function after<System extends LabSystem>(
  strike: string,
  delay: Duration,
  fault: Fault<System>,
  options: StrikeOptions & { readonly once?: 'applied' | 'healed' } = {},
): Strike<System> {
  const { once = 'applied', ...rest } = options
  return { moment: { kind: 'after', strike, once, delay }, fault, ...rest }
}

/** Strikes as soon as a probe of the system is accepted; asked every 50 ms, for `atMost`. */
export function when<System extends LabSystem>(
  probe: SystemProbe<System, Json>,
  accepts: Tolerance<Json>,
  fault: Fault<System>,
  options: StrikeOptions & { readonly atMost: Duration },
): Strike<System> {
  const { atMost, ...rest } = options
  return { moment: { kind: 'when', probe, accepts, atMost }, fault, ...rest }
}

/** The same fault `times` times, the first at `from` (default '0ms'), then every `interval`. */
export function every<System extends LabSystem>(
  interval: Duration,
  times: number,
  fault: Fault<System>,
  options: StrikeOptions & { readonly from?: Duration } = {},
): readonly Strike<System>[] {
  const { from = '0ms', name = fault.name, ...rest } = options
  return Array.from({ length: times }, (_, index) => {
    const moment: Duration = `${toMs(from) + index * toMs(interval)}ms`
    return at(moment, fault, { ...rest, name: `${name}-${index + 1}` })
  })
}
