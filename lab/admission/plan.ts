import { type Duration, toMs } from '../base/duration.ts'
import { LabError } from '../base/errors.ts'
import type { Experiment } from '../model/experiment.ts'
import type { LabSystem } from '../model/target.ts'
import type { Capabilities } from './capabilities.ts'
import type { RunOptions } from './run-options.ts'

/** The experiment's times, resolved to numbers. */
export interface Times {
  readonly baselineMs: number
  readonly steadyWithinMs: number
  readonly durationMs: number
  readonly recoverWithinMs: number
}

/** Something in a plan that keeps it from answering its question. */
export interface Refusal {
  readonly code: string
  readonly expected: string
  readonly found: string
  readonly why: string
  readonly next: string
}

/** `duration` defaults to the end of the schedule, with every strike as late as its seed may move it. */
export function timesOf<System extends LabSystem>(plan: Experiment<System>): Times {
  return {
    baselineMs: toMs(plan.baseline ?? '5s'),
    steadyWithinMs: toMs(plan.steadyWithin ?? '10s'),
    durationMs: plan.duration === undefined ? scheduleEndMs(plan) : toMs(plan.duration),
    recoverWithinMs: toMs(plan.recoverWithin ?? '30s'),
  }
}

function scheduleEndMs<System extends LabSystem>(plan: Experiment<System>): number {
  const ends = allStrikes(plan).map(
    strike => toMs(strike.at) + toMs(strike.within ?? '0ms') + toMs(strike.for ?? '0ms'),
  )
  return Math.max(0, ...ends)
}

/** Everything about the plan itself that is wrong; asks nothing of the machine. */
export function refusals<System extends LabSystem>(plan: Experiment<System>): readonly Refusal[] {
  const durations = durationRefusals(plan)
  return [
    ...durations,
    ...emptyRefusals(plan),
    ...defenceRefusals(plan),
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
  options: Pick<RunOptions, 'defencesOff' | 'planted'> = {},
): Promise<Times> {
  const [first, ...more] = [...refusals(plan), ...unknownOff(plan, options)]
  if (first) throw refused(first, more)
  for (const { fault } of allStrikes(plan)) {
    for (const need of fault.needs) {
      const lacking = await capabilities(need)
      if (lacking !== undefined) throw unable(fault.label, need, lacking)
    }
  }
  return timesOf(plan)
}

function emptyRefusals<System extends LabSystem>(plan: Experiment<System>): readonly Refusal[] {
  const found: Refusal[] = []
  if (Object.keys(plan.checks).length === 0) {
    found.push({
      code: 'no-checks',
      expected: 'at least one check',
      found: 'checks: {}',
      why: 'A run that nothing judges would be green whatever happened.',
      next: 'Add a check, such as noLostWrites(workload).',
    })
  }
  if (plan.workloads.length === 0) {
    found.push({
      code: 'no-workloads',
      expected: 'at least one workload',
      found: 'workloads: []',
      why: 'Without traffic nobody would notice the fault.',
      next: 'Add a workload that uses what the fault hurts.',
    })
  }
  if (plan.schedule.length === 0) {
    found.push({
      code: 'no-faults',
      expected: 'at least one fault',
      found: 'schedule: []',
      why: 'Without a fault the experiment is a calm-weather test.',
      next: "Add at('1s', noop()) for a baseline on purpose, or a real fault.",
    })
  }
  const names = plan.workloads.map(workload => workload.name)
  const doubled = names.find((name, index) => names.indexOf(name) !== index)
  if (doubled !== undefined) {
    found.push({
      code: 'workload-twice',
      expected: 'workloads with names of their own',
      found: `two called ${doubled}`,
      why: 'The journal tells operations apart by the name of their workload.',
      next: 'Give one of them another name.',
    })
  }
  return found
}

function defenceRefusals<System extends LabSystem>(plan: Experiment<System>): readonly Refusal[] {
  const { target } = plan
  return plan.defences.flatMap(({ name }): Refusal[] => {
    if (target.defences.includes(name)) return []
    return [
      {
        code: 'unknown-defence',
        expected: `a defence that ${target.name} offers: ${target.defences.join(', ')}`,
        found: name,
        why: 'Switching off what does not exist proves nothing.',
        next: 'Correct the name in defences.',
      },
    ]
  })
}

/** Each proof must read a check that is there, and each check must be read by some proof. */
function proofRefusals<System extends LabSystem>(plan: Experiment<System>): readonly Refusal[] {
  const checks = Object.keys(plan.checks)
  const proofs = [...plan.defences, ...(plan.controls ?? [])]
  const unproved = checks.filter(check => !proofs.some(({ breaks }) => breaks === check))
  const never = unproved.map(check => ({
    code: 'unproved-check',
    expected: `a defence or a control that breaks the check ${check}`,
    found: 'none',
    why: 'A check that was never seen to fail may be green by accident.',
    next: `Add defence('…', { breaks: '${check}' }), or a control that plants the failure.`,
  }))
  const wrong = proofs.flatMap(({ name, breaks, mayAlsoBreak }) => {
    const found: Refusal[] = []
    for (const check of [breaks, ...mayAlsoBreak]) {
      if (checks.includes(check)) continue
      found.push({
        code: 'unknown-check',
        expected: `${name} to break one of the checks: ${checks.join(', ')}`,
        found: check,
        why: 'The proof reads the finding of exactly this check.',
        next: 'Correct the name in breaks or mayAlsoBreak.',
      })
    }
    return found
  })
  return [...wrong, ...never]
}

function durationRefusals<System extends LabSystem>(plan: Experiment<System>): readonly Refusal[] {
  const { baseline, steadyWithin, duration, recoverWithin } = plan
  const all: Record<string, Duration | undefined> = {
    baseline,
    steadyWithin,
    duration,
    recoverWithin,
  }
  for (const { fault, at, within, for: lasting } of allStrikes(plan)) {
    all[`at of ${fault.label}`] = at
    all[`within of ${fault.label}`] = within
    all[`for of ${fault.label}`] = lasting
  }
  return Object.entries(all).flatMap(([field, value]): Refusal[] => {
    if (value === undefined || isDuration(value)) return []
    return [
      {
        code: 'bad-duration',
        expected: `${field} to be a duration such as '250ms', '5s' or '2m'`,
        found: JSON.stringify(value),
        why: 'Times without a unit are misread sooner or later.',
        next: 'Write the number with its unit.',
      },
    ]
  })
}

function timeRefusals<System extends LabSystem>(plan: Experiment<System>): readonly Refusal[] {
  const found: Refusal[] = []
  const needed = scheduleEndMs(plan)
  if (plan.duration !== undefined && toMs(plan.duration) < needed) {
    found.push({
      code: 'too-short',
      expected: `a duration of at least ${needed} ms, the end of the schedule`,
      found: plan.duration,
      why: 'Faults at the end would be cut short or never made.',
      next: 'Leave duration out, or make it longer.',
    })
  }
  for (const { fault, for: lasting } of allStrikes(plan)) {
    if (fault.kind !== 'lasting' && lasting !== undefined) {
      found.push({
        code: 'cannot-last',
        expected: `no "for" at ${fault.label}`,
        found: `for: ${lasting}`,
        why: `The fault is ${fault.kind}: there is nothing to undo when its time is over.`,
        next: 'Leave "for" out.',
      })
    }
  }
  return found
}

function unknownOff<System extends LabSystem>(
  plan: Experiment<System>,
  { defencesOff = [], planted = [] }: Pick<RunOptions, 'defencesOff' | 'planted'>,
): readonly Refusal[] {
  const controls = plan.controls?.map(({ name }) => name) ?? []
  const unknownPlants = planted
    .filter(name => !controls.includes(name))
    .map(name => ({
      code: 'unknown-control',
      expected: `one of the experiment's controls: ${controls.join(', ') || '(it has none)'}`,
      found: `--plant ${name}`,
      why: 'Only a planted failure that the experiment describes can be made.',
      next: 'Correct the name.',
    }))
  const unknownOff = defencesOff
    .filter(name => !plan.target.defences.includes(name))
    .map(name => ({
      code: 'unknown-defence',
      expected: `one of ${plan.target.defences.join(', ')}`,
      found: `--without ${name}`,
      why: `${plan.target.name} has no such defence to switch off.`,
      next: 'Correct the name.',
    }))
  return [...unknownOff, ...unknownPlants]
}

function allStrikes<System extends LabSystem>(plan: Experiment<System>) {
  return [...plan.schedule, ...(plan.controls ?? []).flatMap(({ strikes }) => strikes)]
}

function refused(first: Refusal, more: readonly Refusal[]): LabError {
  const also = more.map(one => `\n           also: expected ${one.expected}; found ${one.found}`)
  return new LabError({ ...first, found: first.found + also.join('') }, 'usage')
}

function unable(label: string, need: string, lacking: string): LabError {
  return new LabError(
    {
      code: 'machine-unable',
      expected: `this machine to offer ${need}, which ${label} needs`,
      found: lacking,
      why: 'A fault that cannot be made would leave the question open.',
      next: 'pnpm lab doctor says what this machine can do, and how to get the rest.',
    },
    'unable',
  )
}

function isDuration(value: Duration): boolean {
  try {
    toMs(value)
    return true
  } catch {
    return false
  }
}
