import type { Experiment } from '../model/experiment.ts'
import type { LabSystem } from '../model/target.ts'

/**
 * Whether anything of the experiment measures how long something takes: a check that a stall could
 * break, or a hypothesis about latency. It then needs the machine for itself.
 */
export function measuresTime<System extends LabSystem>({
  checks,
  steadyState,
}: Pick<Experiment<System>, 'checks' | 'steadyState'>): boolean {
  return (
    Object.values(checks).some(({ timed }) => timed === true) ||
    steadyState.some(({ probe }) => 'timed' in probe && probe.timed === true)
  )
}
