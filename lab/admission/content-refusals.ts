import type { Experiment } from '../model/experiment.ts'
import type { LabSystem } from '../model/target.ts'
import { doubled, type Refusal } from './refusal.ts'
import { namesOf } from './strikes.ts'

/** What a plan lacks altogether, and what it names twice. */
export function contentRefusals<System extends LabSystem>(
  plan: Experiment<System>,
): readonly Refusal[] {
  return [...emptyRefusals(plan), ...nameRefusals(plan), ...trafficRefusals(plan)]
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
  if (plan.steadyState.length === 0) {
    found.push({
      code: 'no-steady-state',
      expected: 'at least one steady-state hypothesis',
      found: 'steadyState: []',
      why: 'Nobody could tell whether the system was well before, or came back after.',
      next: "Add one, such as hypothesis('nearly all succeed', errorRatio(workload), atMost(0.01)).",
    })
  }
  return found
}

function nameRefusals<System extends LabSystem>(plan: Experiment<System>): readonly Refusal[] {
  const { workloads, steadyState, schedule, controls = [], defences } = plan
  const strikes = [...schedule, ...controls.flatMap(control => control.strikes)]
  const twice = (what: string, names: readonly string[], why: string): readonly Refusal[] =>
    doubled(names).map(name => ({
      code: `${what}-twice`,
      expected: `each ${what} to have a name of its own`,
      found: `two called ${name}`,
      why,
      next: 'Give one of them another name.',
    }))
  const workloadNames = workloads.map(({ name }) => name)
  const sentences = steadyState.map(({ sentence }) => sentence)
  const proofs = [...defences, ...controls].map(({ name }) => name)
  return [
    ...twice('workload', workloadNames, 'The journal tells operations apart by their workload.'),
    ...twice('hypothesis', sentences, 'The answer to one would hide the answer to the other.'),
    ...twice('strike', namesOf(strikes), 'Checks count from a strike by its name.'),
    ...twice('proof', proofs, 'A run is told what to switch off or to plant by its name.'),
  ]
}

/** Probes of traffic that is not there measure nothing. */
function trafficRefusals<System extends LabSystem>(plan: Experiment<System>): readonly Refusal[] {
  const names = plan.workloads.map(({ name }) => name)
  const probes = [...plan.steadyState, ...plan.abortWhen].map(({ probe }) => probe)
  return probes.flatMap((probe): readonly Refusal[] => {
    if (!('over' in probe) || names.includes(probe.workload)) return []
    return [
      {
        code: 'unknown-workload',
        expected: `${probe.name} to look at one of the workloads: ${names.join(', ')}`,
        found: probe.workload,
        why: 'A probe of traffic that is not there can never say anything.',
        next: 'Add the workload to workloads, or take the probe of another.',
      },
    ]
  })
}
