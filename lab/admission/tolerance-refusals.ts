import type { Json } from '../base/json.ts'
import type { Experiment } from '../model/experiment.ts'
import type { SystemProbe, Tolerance, TrafficProbe } from '../model/hypothesis.ts'
import type { LabSystem } from '../model/target.ts'
import type { Refusal } from './refusal.ts'

/** Tolerances that accept the worst there is, and so whatever comes. */
export function toleranceRefusals<System extends LabSystem>(
  plan: Pick<Experiment<System>, 'abortWhen' | 'steadyState'>,
): readonly Refusal[] {
  const never = plan.abortWhen
    .filter(({ probe, accepts }) => acceptsWorst(probe, accepts))
    .map(({ probe, accepts }) => ({
      code: 'abort-never',
      expected: `an abort condition that ${probe.name} can meet`,
      found: `it accepts ${accepts.expected}, and so everything`,
      why: 'A condition that can never be met protects nothing.',
      next: 'Let it accept less.',
    }))
  const always = plan.steadyState
    .filter(({ probe, tolerance }) => acceptsWorst(probe, tolerance))
    .map(({ sentence, probe, tolerance }) => ({
      code: 'hypothesis-of-everything',
      expected: `"${sentence}" to refuse something that ${probe.name} may be`,
      found: `it accepts ${tolerance.expected}, and so everything`,
      why: 'A sentence that is true of a dead system says nothing.',
      next: 'Let it accept less.',
    }))
  return [...never, ...always]
}

/** Of a probe whose worst is not known, nothing is said. */
function acceptsWorst<System extends LabSystem>(
  probe: SystemProbe<System, Json> | TrafficProbe<Json>,
  { accepts }: Tolerance<number>,
): boolean {
  return 'worst' in probe && probe.worst !== undefined && accepts(probe.worst)
}
