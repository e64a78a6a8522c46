export type { Duration } from './base/duration.ts'
export { LabError } from './base/errors.ts'
export { exitCodes, type Verdict } from './base/verdict.ts'
export * from './checkers/index.ts'
export type { Entry, Failure, Journal, Outcome, Phase } from './journal/journal.ts'
export type { Killable, Link, Linked, Pausable, Selector, Stoppable } from './model/capability.ts'
export type { Checker, Figures, Finding, Lie, Told, Witness } from './model/checker.ts'
export { type Control, control } from './model/control.ts'
export { type Defence, defence } from './model/defence.ts'
export { type AbortCondition, type Experiment, experiment } from './model/experiment.ts'
export { type LabConfig, labConfig } from './model/external/external-config.ts'
export type { ExternalSystem } from './model/external/external-system.ts'
export type { Fault, Injection, PlannedFault } from './model/fault.ts'
export { type FaultForm, faultForm, type PartNeed, type StrikablePart } from './model/fault-form.ts'
export { type FilledForm, faultOf, type GameDay, gameDay } from './model/game-day.ts'
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
export { type Storm, storm } from './model/storm.ts'
export type { Context, LabSystem, Target } from './model/target.ts'
export { atLeast, atMost, equals } from './model/tolerances.ts'
export type { Operation, Workload, WorkloadClients } from './model/workload.ts'
export type { Endpoint, WithEndpoints, WithServices } from './workloads/endpoints.ts'
export { type HarOptions, harRequests } from './workloads/har-requests.ts'
export { type HttpTrafficOptions, httpTraffic } from './workloads/http-traffic.ts'
export { type OpenApiRequestsOptions, openApiRequests } from './workloads/openapi-requests.ts'
export type { Received, SocketMessage, SocketTrafficOptions } from './workloads/socket-options.ts'
export { socketTraffic } from './workloads/socket-traffic.ts'
export type { TrafficRequest } from './workloads/traffic-request.ts'
