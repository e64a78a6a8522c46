import { type Duration, toMs } from '../../lab/duration.ts'
import type { Fault } from '../../lab/fault.ts'
import type { LabSystem, Linked, Selector } from '../../lab/target.ts'
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
