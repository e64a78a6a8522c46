export type { Checker, Figures, Finding, Journal, Witness } from './checker.ts'
export { attemptsPerRequest } from './checkers/attempts-per-request.ts'
export { breaker } from './checkers/breaker.ts'
export { calmReconnects } from './checkers/calm-reconnects.ts'
export { conservation } from './checkers/conservation.ts'
export { fastRefusals } from './checkers/fast-refusals.ts'
export { honestRefusals } from './checkers/honest-refusals.ts'
export { jobsAccounted } from './checkers/jobs-accounted.ts'
export { linearizableRegister } from './checkers/linearizable-register.ts'
export { isolation } from './checkers/list-append.ts'
export { longestOutage } from './checkers/longest-outage.ts'
export { noGapsNoDuplicates } from './checkers/no-gaps-no-duplicates.ts'
export { noLostWrites } from './checkers/no-lost-writes.ts'
export { type Control, control } from './control.ts'
export { type Defence, defence } from './defence.ts'
export type { Duration } from './duration.ts'
export { LabError } from './errors.ts'
export { type AbortCondition, type Experiment, experiment } from './experiment.ts'
export type { Fault, Injection, Need, PlannedFault } from './fault.ts'
export type { Hypothesis, SystemProbe, Tolerance, TrafficProbe } from './hypothesis.ts'
export type { Entry, Outcome, Phase } from './journal.ts'
export { errorRatio, hypothesis, p95, p99, throughput } from './probes.ts'
export { at, type Strike } from './schedule.ts'
export type {
  Context,
  Killable,
  LabSystem,
  Link,
  Linked,
  Pausable,
  Selector,
  Target,
} from './target.ts'
export { atLeast, atMost, equals } from './tolerances.ts'
export { exitCodes, type Verdict } from './verdict.ts'
export type { Operation, Workload, WorkloadClients } from './workload.ts'
