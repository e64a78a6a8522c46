import { toMs } from '../base/duration.ts'
import { LabError } from '../base/errors.ts'
import { called } from '../base/installation.ts'
import { findEngine } from '../containers/engine.ts'
import type { Experiment } from '../model/experiment.ts'
import type { LabSystem } from '../model/target.ts'
import type { Capabilities } from './capabilities.ts'
import { contentRefusals } from './content-refusals.ts'
import { optionRefusals, proofRefusals } from './proof-refusals.ts'
import { type Refusal, refusalError } from './refusal.ts'
import type { RunOptions } from './run-options.ts'
import { durationRefusals, everyStrike, scheduleEndMs, timeRefusals } from './time-refusals.ts'
import { toleranceRefusals } from './tolerance-refusals.ts'

/** The experiment's times, resolved to numbers. */
export interface Times {
  readonly baselineMs: number
  readonly steadyWithinMs: number
  readonly durationMs: number
  readonly recoverWithinMs: number
}

/**
 * `duration` defaults to the end of the schedule, with every strike as late as its seed may move it;
 * a check may want more of the time after that.
 */
export function timesOf<System extends LabSystem>(plan: Experiment<System>): Times {
  const endMs = scheduleEndMs(everyStrike(plan))
  const aftermaths = Object.values(plan.checks).map(({ aftermathMs }) => aftermathMs ?? 0)
  const durationMs = plan.duration === undefined ? endMs : toMs(plan.duration)
  return {
    baselineMs: toMs(plan.baseline ?? '5s'),
    steadyWithinMs: toMs(plan.steadyWithin ?? '10s'),
    durationMs: Math.max(durationMs, endMs + Math.max(0, ...aftermaths)),
    recoverWithinMs: toMs(plan.recoverWithin ?? '30s'),
  }
}

/** Everything about the plan itself that is wrong; asks nothing of the machine. */
export function refusals<System extends LabSystem>(plan: Experiment<System>): readonly Refusal[] {
  const durations = durationRefusals(plan)
  return [
    ...durations,
    ...contentRefusals(plan),
    ...toleranceRefusals(plan),
    ...proofRefusals(plan),
    ...(durations.length === 0 ? timeRefusals(plan) : []),
  ]
}

/**
 * @throws {LabError} `plan-refused` (64) with everything that is wrong, or `machine-unable` (5).
 */
export async function admit<System extends LabSystem>(
  plan: Experiment<System>,
  capabilities: Capabilities,
  options: Pick<RunOptions, 'defencesOff' | 'planted' | 'runtime'> = {},
): Promise<Times> {
  const [first, ...more] = [...refusals(plan), ...optionRefusals(plan, options)]
  if (first) throw refusalError(first, more)
  await admitRuntime(plan, options)
  for (const { fault } of everyStrike(plan)) {
    for (const need of fault.needs) {
      const lacking = await capabilities(need)
      if (lacking !== undefined) throw unable(fault.label, need, lacking)
    }
  }
  return timesOf(plan)
}

/** The target that is really started: a control that is planted may bring its own. */
async function admitRuntime<System extends LabSystem>(
  { target, controls = [] }: Pick<Experiment<System>, 'target' | 'controls'>,
  { runtime = 'embedded', planted = [] }: Pick<RunOptions, 'planted' | 'runtime'>,
): Promise<void> {
  if (runtime === 'embedded') return
  if (runtime === 'docker') await findEngine()
  const own = controls.find(one => one.target && planted.includes(one.name))?.target ?? target
  const refusal = own.refuses ? own.refuses(runtime) : `it knows only of --runtime embedded`
  if (refusal === undefined) return
  throw new LabError(
    {
      code: 'runtime-refused',
      expected: `the target ${own.name} of this experiment to stand with --runtime ${runtime}`,
      found: refusal,
      why: 'Half of a system elsewhere would be another system.',
      next: `Run it without --runtime ${runtime}.`,
    },
    'unable',
  )
}

function unable(label: string, need: string, lacking: string): LabError {
  return new LabError(
    {
      code: 'machine-unable',
      expected: `this machine to offer ${need}, which ${label} needs`,
      found: lacking,
      why: 'A fault that cannot be made would leave the question open.',
      next: `${called('doctor')} says what this machine can do, and how to get the rest.`,
    },
    'unable',
  )
}
