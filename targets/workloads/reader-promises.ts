import { errorRatio, hypothesis, p95 } from '../../lab/model/probes.ts'
import { atMost } from '../../lab/model/tolerances.ts'
import type { Workload } from '../../lab/model/workload.ts'

/** The steady state of readers of a blog: a cached post is read in a tenth of this on a busy machine, too. */
export function areServed(reading: Pick<Workload<never>, 'name' | 'perSecond'>) {
  return [
    hypothesis('posts are read quickly', p95(reading), atMost('250ms')),
    hypothesis('nearly every reader is served', errorRatio(reading), atMost(0.01)),
  ]
}
