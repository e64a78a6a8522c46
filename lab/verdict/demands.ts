import type { Reason } from './conclusion.ts'
import type { Demand } from './demand.ts'
import type { Facts } from './facts.ts'
import { runDemands } from './run-demands.ts'
import { steadyDemands } from './steady-demands.ts'
import { strikeDemands } from './strike-demands.ts'
import { trafficDemands } from './traffic-demands.ts'

/**
 * The list of evidence, made from the plan in the journal's first entry: `held` needs all of it.
 * The findings of the checks come besides.
 */
export const demands: readonly Demand[] = [
  ...runDemands,
  ...steadyDemands,
  ...strikeDemands,
  ...trafficDemands,
]

/** Every reason against `held` that the facts give. */
export function unmet(facts: Facts): readonly Reason[] {
  const early = demands
    .filter(({ ofWholeRuns }) => !ofWholeRuns)
    .flatMap(one => reasonsOf(one, facts))
  if (facts.phases.has('final-reads')) {
    const late = demands.filter(({ ofWholeRuns }) => ofWholeRuns)
    return [...early, ...late.flatMap(one => reasonsOf(one, facts))]
  }
  if (early.length > 0) return early
  const seen = [...facts.phases.keys()].join(', ') || 'none'
  const text = `the run did not come to its end: of its phases it entered ${seen}`
  return [{ word: 'inconclusive', text, next: 'Run it again; the journal shows how far it came.' }]
}

function reasonsOf(demand: Demand, facts: Facts): readonly Reason[] {
  const { name, word, missing, next, ofMachine } = demand
  const machine = ofMachine ? { machine: ofMachine } : {}
  return missing(facts).map(text => ({ word, text, next, demand: name, ...machine }))
}
