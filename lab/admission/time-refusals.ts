import { type Duration, toMs } from '../base/duration.ts'
import type { Experiment } from '../model/experiment.ts'
import { isClosedLoop } from '../model/rates.ts'
import type { Strike } from '../model/schedule.ts'
import type { LabSystem } from '../model/target.ts'
import type { Refusal } from './refusal.ts'
import { namesOf, strikeTimes } from './strikes.ts'

/** A lasting fault that is over sooner touches nothing that could be told from luck. */
const leastInForceMs = 100

/** Durations without a unit; nothing else about times can be judged while there is one. */
export function durationRefusals<System extends LabSystem>(
  plan: Experiment<System>,
): readonly Refusal[] {
  const { baseline, steadyWithin, duration, recoverWithin } = plan
  const fields = Object.entries({ baseline, steadyWithin, duration, recoverWithin })
  for (const { fault, moment, within, for: lasting } of everyStrike(plan)) {
    const { label } = fault
    if (moment.kind === 'at') fields.push([`at of ${label}`, moment.at])
    if (moment.kind === 'after') fields.push([`delay of ${label}`, moment.delay])
    if (moment.kind === 'when') fields.push([`atMost of ${label}`, moment.atMost])
    fields.push([`within of ${label}`, within], [`for of ${label}`, lasting])
  }
  for (const { name, perSecond } of plan.workloads) {
    if (typeof perSecond === 'number') continue
    if (isClosedLoop(perSecond)) fields.push([`thinkTime of ${name}`, perSecond.thinkTime])
    else for (const stage of perSecond) fields.push([`for of a stage of ${name}`, stage.for])
  }
  return fields.flatMap(([field, value]): readonly Refusal[] => {
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

/** Strikes that cannot come, are cut short, or are over before they begin. */
export function timeRefusals<System extends LabSystem>(
  plan: Experiment<System>,
): readonly Refusal[] {
  const strikes = everyStrike(plan)
  const endMs = scheduleEndMs(strikes)
  const durationMs = plan.duration === undefined ? endMs : toMs(plan.duration)
  const found: Refusal[] = []
  if (durationMs < endMs) {
    found.push({
      code: 'too-short',
      expected: `a duration of at least ${endMs} ms, the end of the schedule`,
      found: `${durationMs} ms`,
      why: 'Faults at the end would be cut short or never made.',
      next: 'Leave duration out, or make it longer.',
    })
  }
  const times = strikeTimes(strikes)
  const each = strikes.flatMap((strike, index) => {
    const leftMs = durationMs - (times[index]?.latestMs ?? 0)
    return [...kindRefusals(strike, leftMs), ...orderRefusals(strike, strikes)]
  })
  return [...found, ...each]
}

function kindRefusals<System extends LabSystem>(
  { fault, for: lasting }: Strike<System>,
  leftMs: number,
): readonly Refusal[] {
  if (fault.kind !== 'lasting' && lasting !== undefined) {
    return [
      {
        code: 'cannot-last',
        expected: `no "for" at ${fault.label}`,
        found: `for: ${lasting}`,
        why: `The fault is ${fault.kind}: there is nothing to undo when its time is over.`,
        next: 'Leave "for" out.',
      },
    ]
  }
  const inForceMs = lasting === undefined ? leftMs : toMs(lasting)
  if (fault.kind !== 'lasting' || inForceMs >= leastInForceMs) return []
  return [
    {
      code: 'hardly-in-force',
      expected: `${fault.label} to be in force for at least ${leastInForceMs} ms`,
      found: lasting === undefined ? `no "for", and ${leftMs} ms until healing` : `for: ${lasting}`,
      why: 'A fault that is undone as soon as it is made shows nothing.',
      next: "Say how long it lasts, such as { for: '3s' }, or give the experiment a duration.",
    },
  ]
}

/** A strike that waits for another one must name one that is there, and not wait in a ring. */
function orderRefusals<System extends LabSystem>(
  { fault, moment }: Strike<System>,
  strikes: readonly Strike<System>[],
): readonly Refusal[] {
  if (moment.kind !== 'after') return []
  const names = namesOf(strikes)
  const way = new Set<string>()
  let waitsFor: string | undefined = moment.strike
  while (waitsFor !== undefined && names.includes(waitsFor) && !way.has(waitsFor)) {
    way.add(waitsFor)
    const next: Strike<System>['moment'] | undefined = strikes[names.indexOf(waitsFor)]?.moment
    waitsFor = next?.kind === 'after' ? next.strike : undefined
  }
  if (waitsFor === undefined) return []
  return [
    {
      code: 'waits-for-ever',
      expected: `${fault.label} to come after one of the strikes: ${names.join(', ')}`,
      found: way.has(waitsFor) ? `it waits for itself, by ${waitsFor}` : waitsFor,
      why: 'What it waits for never comes, so the fault would never be made.',
      next: 'Correct the name of the strike it comes after.',
    },
  ]
}

/** The end of the schedule, with every strike as late as its seed may move it; 0 without strikes. */
export function scheduleEndMs<System extends LabSystem>(strikes: readonly Strike<System>[]) {
  return Math.max(0, ...strikeTimes(strikes).map(({ endMs }) => endMs))
}

/** The schedule, and what controls may add to it. */
export function everyStrike<System extends LabSystem>({
  schedule,
  controls = [],
}: Pick<Experiment<System>, 'schedule' | 'controls'>): readonly Strike<System>[] {
  return [...schedule, ...controls.flatMap(({ strikes }) => strikes)]
}

function isDuration(value: Duration): boolean {
  try {
    toMs(value)
    return true
  } catch {
    return false
  }
}
