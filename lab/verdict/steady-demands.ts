import type { JudgedHypothesis } from './conclusion.ts'
import type { Demand } from './demand.ts'
import type { Facts } from './facts.ts'
import { lateMs } from './late.ts'
import { sayStarved, starvedIn } from './starved.ts'

const moments = {
  before: 'before the first fault',
  after: 'after healing',
  'rolled-back': 'after everything was undone and traffic had ended',
} as const
type Moment = keyof typeof moments

/** Of the steady state: every hypothesis asked before, after and rolled back, and held each time. */
export const steadyDemands: readonly Demand[] = [
  {
    name: 'steady before',
    word: 'inconclusive',
    missing: facts => fallen(facts, 'before'),
    next: 'Mend the system or the hypothesis first: what is not well cannot be hurt with a result.',
  },
  {
    name: 'steady after',
    word: 'not-restored',
    missing: facts => fallen(facts, 'after'),
    next: 'Look at what the report shows after healing; recoverWithin says how long it may take.',
  },
  {
    name: 'steady rolled back',
    word: 'not-restored',
    missing: facts => fallen(facts, 'rolled-back'),
    next: 'Look at the last window of traffic in the report.',
  },
  {
    name: 'enough traffic to tell whether it is steady',
    word: 'inconclusive',
    missing: ({ hypotheses }) =>
      hypotheses
        .filter(({ tooFew, when }) => tooFew && when !== 'during')
        .map(({ sentence, when, value }) => `${sayWhen(when)}: "${sentence}": ${value}`),
    next: "Give the hypothesis a longer window ({ over: '5s' }) or the workload more operations.",
  },
  {
    name: 'a machine with time when recovery was judged',
    word: 'inconclusive',
    ofMachine: true,
    missing: facts =>
      facts.hypotheses
        .filter(one => isFallen(one) && one.when !== 'before')
        .flatMap(one => {
          const doubt = doubtOf(one, facts)
          return doubt ? [`${sayWhen(one.when)}: ${sayUnmet(one)}, but ${doubt}`] : []
        }),
    next: 'This machine was short of time: run it again when it is less busy.',
  },
  {
    name: 'every hypothesis asked',
    word: 'inconclusive',
    missing: unasked,
    next: 'Run it again and let it come to its end.',
    ofWholeRuns: true,
  },
]

function fallen(facts: Facts, moment: Moment): readonly string[] {
  const excused = (one: JudgedHypothesis) =>
    moment !== 'before' && doubtOf(one, facts) !== undefined
  return facts.hypotheses
    .filter(one => one.when === moment && isFallen(one) && !excused(one))
    .map(one => `${moments[moment]}: ${sayUnmet(one)}`)
}

const isFallen = ({ when, held, tooFew }: JudgedHypothesis) => when !== 'during' && !held && !tooFew

/** What the machine did to the lab or to a process of the run in the window that was judged. */
function doubtOf(one: JudgedHypothesis, facts: Facts): string | undefined {
  if (one.lateMs === undefined || one.sinceMs === undefined) return undefined
  if (one.lateMs > lateMs) return `the lab itself was ${one.lateMs} ms late`
  const starved = starvedIn(facts, one.sinceMs, one.atMs)
  return starved && sayStarved(starved)
}

function unasked({ plan, hypotheses }: Facts): readonly string[] {
  const asked = new Set(hypotheses.map(({ sentence, when }) => `${when} ${sentence}`))
  const due: readonly Moment[] = ['before', 'after', 'rolled-back']
  return (plan?.steadyState ?? []).flatMap(({ sentence }) =>
    due
      .filter(moment => !asked.has(`${moment} ${sentence}`))
      .map(moment => `"${sentence}" was never asked ${moments[moment]}`),
  )
}

function sayUnmet({ sentence, expected, value }: JudgedHypothesis): string {
  return `"${sentence}" did not hold: expected ${expected}, found ${JSON.stringify(value)}`
}

function sayWhen(when: JudgedHypothesis['when']): string {
  return when === 'during' ? 'during the fault' : moments[when]
}
