import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { toxicFault } from './toxic-fault.ts'

/** Limits each connection to so many kilobytes a second, in both directions. */
export function bandwidth<System extends LabSystem>(
  select: Selector<System, Linked>,
  kilobytesPerSecond: number,
): Fault<System> {
  return toxicFault(
    'bandwidth',
    select,
    {
      type: 'bandwidth',
      attributes: { rate: kilobytesPerSecond },
      streams: ['upstream', 'downstream'],
    },
    `${kilobytesPerSecond} KB/s`,
  )
}
