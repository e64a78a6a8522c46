export type { Duration } from './base/duration.ts'
export { LabError } from './base/errors.ts'
export { exitCodes, type Verdict } from './base/verdict.ts'
export { conservation } from './checkers/effects/conservation.ts'
export { jobsAccounted } from './checkers/effects/jobs-accounted.ts'
export { noGapsNoDuplicates } from './checkers/effects/no-gaps-no-duplicates.ts'
export { noLostWrites } from './checkers/effects/no-lost-writes.ts'
export { linearizableRegister } from './checkers/linearizable-register.ts'
export { isolation } from './checkers/list-append.ts'
export { fastRefusals } from './checkers/recovery/fast-refusals.ts'
export { honestRefusals } from './checkers/recovery/honest-refusals.ts'
export { longestOutage } from './checkers/recovery/longest-outage.ts'
export { attemptsPerRequest } from './checkers/wire/attempts-per-request.ts'
export { breaker } from './checkers/wire/breaker.ts'
export { calmReconnects } from './checkers/wire/calm-reconnects.ts'
export type { Entry, Journal, Outcome, Phase } from './journal/journal.ts'
export type { Killable, Link, Linked, Pausable, Selector } from './model/capability.ts'
export type { Checker, Figures, Finding, Witness } from './model/checker.ts'
export { type Control, control } from './model/control.ts'
export { type Defence, defence } from './model/defence.ts'
export { type AbortCondition, type Experiment, experiment } from './model/experiment.ts'
export type { Fault, Injection, PlannedFault } from './model/fault.ts'
export type { Hypothesis, SystemProbe, Tolerance, TrafficProbe } from './model/hypothesis.ts'
export type { Meter } from './model/meter.ts'
export { errorRatio, hypothesis, p95, p99, throughput } from './model/probes.ts'
export {
  after,
  at,
  every,
  type Moment,
  type Strike,
  type StrikeOptions,
  when,
} from './model/schedule.ts'
export type { ServiceEvent, ServiceLog } from './model/service-log.ts'
export type { Context, LabSystem, Target } from './model/target.ts'
export { atLeast, atMost, equals } from './model/tolerances.ts'
export type { Operation, Workload, WorkloadClients } from './model/workload.ts'
