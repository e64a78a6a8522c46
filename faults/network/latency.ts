import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { toxicFault } from './toxic-fault.ts'

/** Delays every answer by `delay`, give or take `jitter` (uniform; default none). */
export function latency<System extends LabSystem>(
  select: Selector<System, Linked>,
  delay: Duration,
  jitter: Duration = '0ms',
): Fault<System> {
  return toxicFault(
    'latency',
    select,
    {
      type: 'latency',
      attributes: { latency: toMs(delay), jitter: toMs(jitter) },
      streams: ['downstream'],
    },
    jitter === '0ms' ? delay : `${delay} ± ${jitter}`,
  )
}
