import { called } from '../base/installation.ts'
import type { PlannedStrike } from '../journal/plan.ts'
import type { JudgedFault } from './conclusion.ts'
import type { Demand } from './demand.ts'
import type { Facts } from './facts.ts'

/** A lasting fault may be in force so much shorter or longer than planned, besides a tenth. */
const slackMs = { shorter: 50, longer: 1_000 }

/** Of the strikes: each made, landed as much as it must, in force for its time, and healed. */
export const strikeDemands: readonly Demand[] = [
  {
    name: 'every fault healed',
    word: 'not-restored',
    missing: ({ faults }) =>
      faults.flatMap(({ label, unhealed }) =>
        unhealed === undefined ? [] : [`${label} could not be healed: ${unhealed}`],
      ),
    next: `${called('heal')} tries again and says what is left.`,
  },
  {
    name: 'every strike made',
    word: 'inconclusive',
    missing: each(({ label }, fault) =>
      fault?.appliedAtMs === undefined ? [`${label} was never made`] : [],
    ),
    next: 'See whether what it waits for ever comes, and whether the run was cut short.',
    ofWholeRuns: true,
  },
  {
    name: 'every strike landed',
    word: 'inconclusive',
    missing: each((strike, fault) =>
      fault?.appliedAtMs === undefined ? [] : tooLittle(strike, fault),
    ),
    next: 'Let a workload use what is hurt while it is hurt, or hurt something that is used.',
    ofWholeRuns: true,
  },
  {
    name: 'every lasting strike in force for its time',
    word: 'inconclusive',
    ofMachine: true,
    missing: each(wrongTime),
    next: 'A machine short of time stretches faults, and an abort cuts them short: run it again.',
    ofWholeRuns: true,
  },
  {
    name: 'every lasting strike said to be healed',
    word: 'inconclusive',
    missing: each(({ kind, label }, fault) => {
      const silent = fault?.healedAtMs === undefined && fault?.unhealed === undefined
      const due = kind === 'lasting' && fault?.appliedAtMs !== undefined
      return due && silent ? [`nothing says that ${label} was healed`] : []
    }),
    next: 'Run it again and let it come to its end.',
    ofWholeRuns: true,
  },
]

/** Asks the same of each strike of the plan, and of what the journal says became of it. */
function each(
  ask: (strike: PlannedStrike, fault: JudgedFault | undefined) => readonly string[],
): (facts: Facts) => readonly string[] {
  return ({ plan, faults }) =>
    (plan?.strikes ?? []).flatMap(strike =>
      ask(
        strike,
        faults.find(({ id }) => id === strike.id),
      ),
    )
}

function tooLittle(
  { label, least, leastEach }: PlannedStrike,
  fault: JudgedFault,
): readonly string[] {
  const { landed, landedOn, touches = [] } = fault
  if (landed === undefined) return [`${label} did not say what it touched`]
  if (landed === 0) return [`${label} was in force, but touched nothing`]
  if (landed < least) return [`${label} was to touch at least ${least}, and touched ${landed}`]
  if (leastEach <= 0) return []
  if (!landedOn) return [`${label} cannot say how much it touched of each part`]
  const parts = new Map([...touches.map(part => [part, 0] as const), ...Object.entries(landedOn)])
  return [...parts]
    .filter(([, count]) => count < leastEach)
    .map(([part, count]) => `${label} was to touch at least ${leastEach} of ${part}, not ${count}`)
}

function wrongTime({ label, forMs }: PlannedStrike, fault: JudgedFault | undefined) {
  const endMs = fault?.landedAtMs ?? fault?.healedAtMs
  if (forMs === undefined || fault?.appliedAtMs === undefined || endMs === undefined) return []
  const inForceMs = Math.round(endMs - fault.appliedAtMs)
  const short = inForceMs < forMs * 0.9 - slackMs.shorter
  const long = inForceMs > forMs * 1.1 + slackMs.longer
  return short || long ? [`${label} was to last ${forMs} ms, and lasted ${inForceMs} ms`] : []
}
