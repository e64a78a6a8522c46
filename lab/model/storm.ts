import type { Duration } from '../base/duration.ts'
import type { Checker } from './checker.ts'
import type { Experiment } from './experiment.ts'
import type { Fault } from './fault.ts'
import { errorRatio, hypothesis } from './probes.ts'
import { at } from './schedule.ts'
import type { LabSystem, Target } from './target.ts'
import { atMost } from './tolerances.ts'
import type { Workload } from './workload.ts'

/** Every workload under each fault of a set: a cell is a run of an experiment made from the two. */
export interface Storm<System extends LabSystem = LabSystem> {
  readonly title: string
  readonly target: Target<System>
  readonly workloads: Readonly<Record<string, StormWorkload<System>>>
  readonly faults: Readonly<Record<string, StormFault<System>>>
}

export interface StormWorkload<System extends LabSystem> {
  readonly workload: Workload<System>
  /** What it is promised in any weather. A check of this weather alone belongs into an experiment. */
  readonly checks: Readonly<Record<string, Checker>>
  /** Faults that it cannot feel, each with the reason; their cells are not applicable. */
  readonly unfelt?: Readonly<Record<string, string>>
}

export interface StormFault<System extends LabSystem> {
  readonly fault: Fault<System>
  /** How long it is in force; none for one that is over by its nature. */
  readonly for?: Duration
}

export function storm<System extends LabSystem>(plan: Storm<System>): Storm<System> {
  return plan
}

/** `checkout@redis-restart`: by this name a cell is run, kept and repeated like any experiment. */
export function cellName(workload: string, fault: string): string {
  return `${workload}@${fault}`
}

/** The experiment of a cell; undefined where the storm has no such workload or fault. */
export function cellOf<System extends LabSystem>(
  plan: Storm<System>,
  name: string,
): Experiment<System> | undefined {
  const [row = '', column = ''] = name.split('@')
  const { workload, checks } = own(plan.workloads, row) ?? {}
  const { fault, for: lasting } = own(plan.faults, column) ?? {}
  if (!workload || !checks || !fault) return undefined
  return {
    title: `${row} keeps its promises under ${column}`,
    because: 'A fault that no experiment asks about strikes all the same.',
    target: plan.target,
    steadyState: [hypothesis(`most of ${row} succeeds`, errorRatio(workload), atMost(0.1))],
    workloads: [workload],
    schedule: [at('500ms', fault, { name: column, ...(lasting ? { for: lasting } : {}) })],
    abortWhen: [],
    checks,
    defences: [],
    baseline: '3s',
    recoverWithin: '20s',
    duration: lasting ? '4s' : '6s',
  }
}

function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
