import type { Duration } from '../base/duration.ts'
import type { Checker } from './checker.ts'
import type { Control } from './control.ts'
import type { Defence } from './defence.ts'
import type { Hypothesis, Tolerance, TrafficProbe } from './hypothesis.ts'
import type { Strike } from './schedule.ts'
import type { LabSystem, Target } from './target.ts'
import type { Workload } from './workload.ts'

/** Stops the run early (heals, and still checks) when the probe leaves the tolerance for so long. */
export interface AbortCondition {
  readonly probe: TrafficProbe<number>
  readonly accepts: Tolerance<number>
  readonly forMs: number
}

/** One question, as inert data: it can be listed, drawn, diffed and refused without starting anything. */
export interface Experiment<System extends LabSystem = LabSystem> {
  readonly title: string
  readonly because: string
  readonly target: Target<System>
  readonly steadyState: readonly Hypothesis<System>[]
  readonly workloads: readonly Workload<System>[]
  readonly schedule: readonly Strike<System>[]
  readonly abortWhen: readonly AbortCondition[]
  readonly checks: Readonly<Record<string, Checker>>
  readonly defences: readonly Defence[]
  /** Planted failures, for checks that no defence answers for. */
  readonly controls?: readonly Control<System>[]
  /** Calm traffic before the first fault; default '5s'. */
  readonly baseline?: Duration
  /** How long the steady state may take to be reached after the baseline; default '10s'. */
  readonly steadyWithin?: Duration
  /** Traffic from the first fault's clock to the start of healing; default: the schedule's end. */
  readonly duration?: Duration
  /** How long the steady state may take to return; default '30s'. */
  readonly recoverWithin?: Duration
  /** `push`: of the core set, which runs in front of every push; default `night`. */
  readonly tier?: 'push' | 'night'
}

/** The target says what the system is; all else is held to that. */
export function experiment<System extends LabSystem>(
  plan: Experiment<NoInfer<System>> & { readonly target: Target<System> },
): Experiment<System> {
  return plan
}
